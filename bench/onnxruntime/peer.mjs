// A session in a process of its own, on either side, driven by lines (see ../session.cpp).
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

export class Peer {
  // Resolves when the model is loaded; `load` is what the process said of it.
  static async start(program, parameters) {
    const peer = new Peer(program, parameters);
    peer.load = await peer.#line();
    return peer;
  }

  static mortise(build, model, threads, plugin) {
    return Peer.start(join(build, 'bin', 'bench_session'), [model, String(threads), ...(plugin ? [plugin] : [])]);
  }

  static onnxruntime(modules, model, threads) {
    return Peer.start(process.execPath, [join(here, 'session.mjs'), model, String(threads), modules]);
  }

  constructor(program, parameters) {
    this.child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', resolve);
    });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.name = [program, ...parameters].join(' ');
  }

  async ask(line) {
    this.child.stdin.write(line + '\n');
    return this.#line();
  }

  // Wall and processor time of one run, in ms, on average over `count`.
  run(count) { return this.ask(`run ${count}`); }

  async end() {
    this.child.stdin.end();
    await this.ended;
  }

  async #line() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.name} ended with code ${await this.ended}`);
    return JSON.parse(value);
  }
}
