import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';

/** One long-lived `nft -i`: a command costs a fraction of a millisecond instead of a process. */
export interface NftProcess {
  /** Runs commands as one transaction, then `queries` one by one; gives all that nft printed. Serialised. */
  run(commands: readonly string[], queries?: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

const answerMs = 10_000;
const environment = { PATH: '/usr/sbin:/sbin:/usr/bin:/bin', LC_ALL: 'C' };

interface Waiting {
  word: string;
  text: string;
  done(text: string): void;
  fail(error: Error): void;
  timer: NodeJS.Timeout;
}

/** `prefix`: words before `nft`, to run it elsewhere (nsenter). A child that dies is started again with the next command. */
export function startNft(prefix: readonly string[] = []): NftProcess {
  let child: ChildProcessWithoutNullStreams | undefined;
  let sequence = 0;
  let waiting: Waiting | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  function lost(reason: string): void {
    child = undefined;
    const was = waiting;
    waiting = undefined;
    if (!was) return;
    clearTimeout(was.timer);
    was.fail(new Error(`nft ended: ${reason} ${was.text.trim()}`.trim()));
  }

  function open(): ChildProcessWithoutNullStreams {
    // stderr goes where stdout goes, so that errors stand before the word that ends the answer. A constant shell line.
    const words = [...prefix, 'sh', '-c', 'exec nft -j -i 2>&1'];
    const started = spawn(words[0] ?? 'sh', words.slice(1), { env: environment, stdio: 'pipe' });
    started.on('error', (error) => started === child && lost(error.message));
    started.on('exit', (code, signal) => started === child && lost(`(${signal ?? code})`));
    started.stdin.on('error', () => {});
    started.stdout.on('data', (chunk: Buffer) => {
      if (!waiting) return;
      waiting.text += chunk.toString('utf8');
      // The word that ends an answer is no command: nft says so, and repeats the line with marks below it.
      const end = waiting.text.lastIndexOf(`\n${waiting.word}\n`);
      if (end === -1 || !waiting.text.endsWith('^\n')) return;
      const was = waiting;
      waiting = undefined;
      clearTimeout(was.timer);
      const before = was.text.slice(0, end);
      was.done(before.slice(0, before.lastIndexOf('Error: syntax error')));
    });
    return started;
  }

  function runNow(commands: readonly string[], queries: readonly string[]): Promise<string> {
    child ??= open();
    const { stdin } = child;
    sequence += 1;
    const word = `answered${sequence}`;
    return new Promise<string>((done, fail) => {
      const timer = setTimeout(() => {
        const stuck = child;
        lost('it did not answer in 10 s');
        stuck?.kill('SIGKILL');
      }, answerMs);
      waiting = { word, text: '', done, fail, timer };
      stdin.write(
        [commands.join('; '), ...queries, word, '']
          .filter((line, index, all) => line !== '' || index === all.length - 1)
          .join('\n'),
      );
    });
  }

  return {
    run(commands, queries = []) {
      const next = tail.then(() => runNow(commands, queries));
      tail = next.catch(() => {});
      return next;
    },
    async stop() {
      await tail;
      const running = child;
      child = undefined;
      if (!running) return;
      const ended = new Promise((resolve) => running.once('exit', resolve));
      running.stdin.end();
      await ended;
    },
  };
}

/** One `nft` process for what is too long for a line or slow: `input` is its script. Throws with what nft said. */
export function runNftOnce(prefix: readonly string[], args: readonly string[], input: string): Promise<string> {
  const words = [...prefix, 'nft', ...args];
  return new Promise((done, fail) => {
    const child = spawn(words[0] ?? 'nft', words.slice(1), { env: environment, stdio: 'pipe' });
    let out = '';
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    child.on('error', fail);
    child.on('close', (code) => (code === 0 ? done(out) : fail(new Error(said.trim() || `nft ended with ${code}`))));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
