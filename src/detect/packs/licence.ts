/** What a pack says about its use. A guess for a person to check, never a legal finding. */
export interface Licence {
  /** Path in the pack. */
  file: string;
  /** SPDX identifier, when the text is one that is known. */
  spdx: string | null;
  first_lines: string[];
}

/** Sentences that only this licence has, most special first: a text may quote another's name. */
const known: readonly [spdx: string, marks: readonly RegExp[]][] = [
  ['DRL-1.1', [/Detection Rule License \(DRL\) 1\.1/i]],
  ['DRL-1.0', [/Detection Rule License \(DRL\) 1\.0/i]],
  ['Elastic-2.0', [/Elastic License 2\.0/i]],
  ['AGPL-3.0', [/GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3/i]],
  ['LGPL-3.0', [/GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/i]],
  ['GPL-3.0', [/GNU GENERAL PUBLIC LICENSE\s+Version 3/i]],
  ['GPL-2.0', [/GNU GENERAL PUBLIC LICENSE\s+Version 2/i]],
  ['MPL-2.0', [/Mozilla Public License,? Version 2\.0/i]],
  ['Apache-2.0', [/Apache License,?\s+Version 2\.0/i]],
  ['BSD-3-Clause', [/Redistribution and use in source and binary forms/i, /neither the name of/i]],
  ['BSD-2-Clause', [/Redistribution and use in source and binary forms/i]],
  ['MIT', [/Permission is hereby granted, free of charge, to any person obtaining a copy/i]],
  ['ISC', [/Permission to use, copy, modify, and\/?o?r? distribute this software for any purpose/i]],
  ['CC0-1.0', [/CC0 1\.0 Universal/i]],
  ['CC-BY-SA-4.0', [/Attribution-ShareAlike 4\.0 International/i]],
  ['CC-BY-NC-4.0', [/Attribution-NonCommercial 4\.0 International/i]],
  ['CC-BY-4.0', [/Attribution 4\.0 International/i]],
  ['Unlicense', [/free and unencumbered software released into the public domain/i]],
];

/** The licence file nearest to the pack's root, or undefined: then all rights are its author's. */
export function licenceOf(
  files: ReadonlyMap<string, Buffer>,
  isLicence: (path: string) => boolean,
): Licence | undefined {
  const rank = (path: string) => path.split('/').length * 2 + (/notice/i.test(path) ? 1 : 0);
  const [file] = [...files.keys()].filter(isLicence).sort((left, right) => rank(left) - rank(right));
  if (file === undefined) return undefined;
  const text = (files.get(file) ?? Buffer.alloc(0)).toString('utf8', 0, 65_536);
  const declared = /SPDX-License-Identifier:\s*([\w.+-]{1,40})/.exec(text)?.[1];
  const words = text.replaceAll(/\s+/g, ' ');
  const spdx = declared ?? known.find(([, marks]) => marks.every((mark) => mark.test(words)))?.[0] ?? null;
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return {
    file,
    spdx,
    first_lines: lines
      .filter((line) => line !== '')
      .slice(0, 4)
      .map((line) => line.slice(0, 160)),
  };
}
