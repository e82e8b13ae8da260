// Fetches onnxruntime-node with npm, once per build folder.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const kVersion = '1.30.0';

// The folder from which the module can be required, or null after saying why there is none.
export function install(build) {
  const modules = join(build, 'onnxruntime-node');
  if (existsSync(join(modules, 'node_modules', 'onnxruntime-node'))) return modules;
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(modules, 'package.json'), '{ "private": true }\n');
  try {
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `onnxruntime-node@${kVersion}`],
                 { cwd: modules, stdio: 'pipe' });
    return modules;
  } catch (error) {
    const text = `${error.stderr ?? error.message}`.trim().split('\n')[0];
    console.log(`onnxruntime-node cannot be installed (${text}); there is nothing to compare with.`);
    return null;
  }
}
