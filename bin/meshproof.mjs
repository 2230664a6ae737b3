#!/usr/bin/env node
// Any Node starts this file; the Node 24 that the `node` package brings runs Meshproof itself.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bundled = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const main = fileURLToPath(new URL('../lib/cli/main.ts', import.meta.url));
const node = existsSync(bundled) ? bundled : process.execPath;

const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
// A terminal signals the whole group with Ctrl-C, a supervisor only this process: pass its signals on.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => void (process.stdin.isTTY || child.kill('SIGINT')));
child.on('exit', (code, signal) => process.exit(signal ? 130 : (code ?? 70)));
