/** What a source holds under one name, before it was decided whether it is taken. */
export interface FoundFile {
  /** As the source says it; not checked. */
  path: string;
  /** Bytes, as the source says. */
  size: number;
  /** Links, devices and submodules are never followed. */
  kind: 'file' | 'other';
  /** At most `size` bytes. To be called before the next file is asked for, or not at all. */
  read(): Promise<Buffer>;
}

/** What a pack may be at most. An honest pack is far below: all of SigmaHQ has 14 MB in 6,000 files. */
export const packLimits = {
  /** Names in the source, also those that are not taken. */
  files: 50_000,
  /** Folders in each other. */
  depth: 16,
  pathBytes: 512,
  /** A rule file; larger ones are left out. */
  fileBytes: 2 << 20,
  /** All that is taken. */
  takenBytes: 64 << 20,
  /** What is unpacked or fetched to find it. */
  sourceBytes: 512 << 20,
};
