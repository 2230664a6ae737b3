import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { FaultSpec } from '../../model/fault.ts';
import { samplePlan } from '../sample-plan.ts';
import { lookScript, pushScript, saveScript, savedFile } from './authority-scripts.ts';
import { FOLDER, undoFile, undoOnce } from './undo-file.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const DATA = JSON.stringify({
  'ca-cert.pem': base64('certificate\n'),
  'ca-key.pem': base64('a key that nobody is to see\n'),
  'cert-chain.pem': base64('certificate\nroot\n'),
  'root-cert.pem': base64('root\n'),
});

/** A cluster that is one secret: istiod takes it at once, as long as it is told to. */
const KUBECTL = `#!/bin/sh
echo "$*" >> "$LAB/calls"
root() { sed 's/.*"root-cert.pem":"\\([^"]*\\)".*/\\1/' "$LAB/$1"; }
case "$*" in
  *'get secret cacerts -o jsonpath={.data}') cat "$LAB/secret";;
  *'get secret cacerts -o jsonpath={.data.root'*) root secret;;
  *'get configmap istio-ca-root-cert'*) root taken | base64 -d;;
  *'get pods'*'-o name') echo pod/istiod-1;;
  *'get pods'*) cat "$LAB/waiting" 2>/dev/null;;
  *'patch secret cacerts'*) sed 's/^{"data":\\(.*\\)}$/\\1/' | tr -d '\\n' > "$LAB/secret"; echo "$(root secret)" >> "$LAB/pushed";;
  *annotate*touched=*) [ -e "$LAB/deaf" ] || cp "$LAB/secret" "$LAB/taken";;
esac
`;

function aNode(
  info: { outputPath(name: string): string },
  kind: 'bad-root' | 'certificate-expiry' = 'bad-root',
) {
  const lab = info.outputPath('node');
  mkdirSync(join(lab, 'bin'), { recursive: true });
  for (const name of ['secret', 'taken']) writeFileSync(join(lab, name), DATA);
  writeFileSync(join(lab, 'bin/kubectl'), KUBECTL);
  writeFileSync(join(lab, 'bin/sleep'), '#!/bin/sh\n');
  for (const name of ['kubectl', 'sleep']) chmodSync(join(lab, 'bin', name), 0o755);
  const spec: FaultSpec = { kind, cluster: 'east' };
  const plan = samplePlan({ id: `${kind}-1`, spec });
  const here = (text: string) => text.replaceAll(FOLDER, join(lab, 'disk'));
  const env = { ...process.env, LAB: lab, PATH: `${join(lab, 'bin')}${delimiter}${process.env['PATH']}` };
  return {
    plan,
    run: (script: string) =>
      execFileSync('bash', ['-c', here(script)], { env, encoding: 'utf8', stdio: 'pipe' }),
    save: () => saveScript(plan),
    text: (name: string) => readFileSync(join(lab, name), 'utf8'),
    put: (name: string, text: string) => writeFileSync(join(lab, name), text),
    undo: here(undoFile(plan)),
    saved: here(savedFile(plan)),
    disk: () => readdirSync(join(lab, 'disk')),
  };
}

const BAD = {
  'ca-cert.pem': 'bad',
  'ca-key.pem': 'bad key',
  'cert-chain.pem': 'bad',
  'root-cert.pem': 'root\nbad\n',
};

for (const kind of ['bad-root', 'certificate-expiry'] as const) {
  test(`${kind}: what the secret held is kept for root's eyes only, comes back byte for byte, and is not kept any longer`, async ({}, info) => {
    const node = aNode(info, kind);
    node.run(node.save());
    for (const file of [node.undo, node.saved]) expect(statSync(file).mode & 0o777).toBe(0o600);
    node.run(pushScript(BAD));
    expect(node.text('secret')).not.toBe(DATA);
    node.run(undoOnce(node.plan));
    expect(node.text('secret')).toBe(DATA);
    expect(node.text('taken')).toBe(DATA);
    expect(node.disk()).toEqual([]);
    expect(node.text('calls')).toMatch(/touched-\n$/);
    // A second time there is nothing to do, and nobody is asked.
    const calls = node.text('calls');
    node.run(undoOnce(node.plan));
    expect(node.text('calls')).toBe(calls);
  });
}

test('between a bad root and the old ones everybody is told of the old ones twice', async ({}, info) => {
  const node = aNode(info);
  node.run(node.save());
  node.run(pushScript(BAD));
  node.run(undoOnce(node.plan));
  const pushed = node.text('pushed').trim().split('\n');
  expect(pushed.map((one) => Buffer.from(one, 'base64').toString())).toEqual([
    'root\nbad\n',
    'root\nroot\n',
    'root\n',
  ]);
});

test('a dead-man and a revert at the same time put it back once', async ({}, info) => {
  const node = aNode(info);
  node.run(node.save());
  node.run(pushScript(BAD));
  const twice = ['1', '2'].map((n) => `( ${undoOnce(node.plan)}; echo $? > "$LAB/exit${n}" ) &`);
  node.run(`${twice.join('\n')}\nwait`);
  expect(node.text('pushed').trim().split('\n')).toHaveLength(3);
  expect(node.text('secret')).toBe(DATA);
  expect(node.disk()).toEqual([]);
});

test('keys are in no words of a command', async ({}, info) => {
  const node = aNode(info);
  node.run(node.save());
  node.run(pushScript(BAD));
  node.run(undoOnce(node.plan));
  for (const key of ['a key that nobody is to see\n', 'bad key'])
    expect(node.text('calls')).not.toContain(base64(key));
});

test('while istiod does not take what is put back, the way back stays', async ({}, info) => {
  const node = aNode(info, 'certificate-expiry');
  node.run(node.save());
  node.run(pushScript(BAD));
  node.put('taken', node.text('secret'));
  node.put('deaf', '');
  expect(() => node.run(undoOnce(node.plan))).toThrow(/istiod does not take the secret/);
  expect(existsSync(node.undo)).toBe(true);
  expect(existsSync(node.saved)).toBe(true);
});

test('an istiod that waits before it starts anew with what was pushed is not waited for', async ({}, info) => {
  const node = aNode(info);
  node.run(node.save());
  node.run(pushScript(BAD));
  node.put('waiting', 'istiod-1 CrashLoopBackOff\nistiod-2 \n');
  node.run(undoOnce(node.plan));
  const deleted = node.text('calls').match(/delete pod \S+/g);
  expect(deleted).toEqual(['delete pod istiod-1']);
});

test('an authority that another fault has is refused, and so is a secret that is none', async ({}, info) => {
  const node = aNode(info);
  node.run(node.save());
  const other = saveScript({ ...node.plan, id: 'certificate-expiry-2' });
  expect(() => node.run(other)).toThrow(/another fault has the authority: .*bad-root-1/);
  expect(node.disk()).toHaveLength(2);
  node.run(undoOnce(node.plan));
  node.put('secret', DATA.replace('ca-key.pem', 'tls.key'));
  expect(() => node.run(node.save())).toThrow(/has no ca-key\.pem/);
  // What was written until then is found by its mark, and undone: nothing was changed.
  node.run(undoOnce(node.plan));
  expect(node.disk()).toEqual([]);
  expect(node.text('secret')).toContain('tls.key');
});

test('each pod is asked by its name, in its namespace', () => {
  const script = lookScript(['shop/cart-1', 'istio-system/gateway-2']);
  expect(script).toContain('for pod in shop/cart-1 istio-system/gateway-2; do');
  expect(script).toContain('--namespace "${pod%/*}" exec "${pod#*/}" --container istio-proxy');
});
