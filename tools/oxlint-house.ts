/** House rules for oxlint: walls and doors (tools/rooms.ts), the words of the dictionary, and where the world may be touched. */
import { dirname, relative, resolve } from 'node:path';
import { roomOf, trespass } from './rooms.ts';

interface Node {
  type: string;
  [key: string]: unknown;
}
interface Context {
  filename: string;
  cwd: string;
  report(problem: { node: Node; message: string }): void;
}

const root = resolve(import.meta.dirname, '..');

const walls = {
  create(context: Context) {
    const from = relative(root, context.filename);
    const check = (node: Node) => {
      const source = node['source'] as { value?: unknown } | null | undefined;
      const specifier = source?.value;
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const message = trespass(from, relative(root, resolve(dirname(context.filename), specifier)));
      const isTest = from.endsWith('.test.ts') || from.endsWith('.test.tsx');
      if (message && !(isTest && /(^|\/)test\//.test(specifier)))
        context.report({ node, message: `${message}. See tools/rooms.ts.` });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

/** Environment, clock, randomness, network and exit live in base/ and the mains; others get them passed in. */
const world = {
  create(context: Context) {
    const path = relative(root, context.filename);
    const room = roomOf(path);
    const mayTouch =
      !room ||
      room === 'base' ||
      room === 'console' ||
      /(^|\/)(main|[a-z]+-main)\.ts$/.test(path) ||
      /\.(test|bench)\.tsx?$/.test(path);
    if (mayTouch) return {};
    const refuse = (node: Node, what: string, instead: string) =>
      context.report({ node, message: `${what} is banned outside base/ and the mains: ${instead}.` });
    const name = (value: unknown) => (value as { name?: string } | undefined)?.name;
    return {
      MemberExpression(node: Node) {
        const pair = `${name(node['object'])}.${name(node['property'])}`;
        if (pair === 'process.env') refuse(node, pair, 'take it from the config');
        if (pair === 'process.exit') refuse(node, pair, 'throw an error');
        if (pair === 'Date.now') refuse(node, pair, 'take a Clock');
        if (pair === 'Math.random') refuse(node, pair, 'take ids from base/ids.ts');
      },
      NewExpression(node: Node) {
        if (name(node['callee']) === 'Date' && (node['arguments'] as unknown[]).length === 0)
          refuse(node, 'new Date()', 'take a Clock');
      },
      CallExpression(node: Node) {
        if (name(node['callee']) === 'fetch') refuse(node, 'fetch()', 'use the guarded outbound connector');
      },
    };
  },
};

const bannedWords = /^(?:[A-Za-z]*(?:Manager|Helper|Util|Utils|Impl|Dto)|[a-z]*[Rr]unbook[A-Za-z]*|ttp)$/;

const words = {
  create(context: Context) {
    const check = (node: Node) => {
      const id = node['id'] as (Node & { name?: string }) | null;
      if (id?.name && bannedWords.test(id.name))
        context.report({
          node: id,
          message: `"${id.name}" says a word that the dictionary (src/schema/README.md) replaces.`,
        });
    };
    return {
      FunctionDeclaration: check,
      ClassDeclaration: check,
      TSInterfaceDeclaration: check,
      TSTypeAliasDeclaration: check,
      VariableDeclarator: check,
    };
  },
};

export default { meta: { name: 'house' }, rules: { walls, world, words } };
