import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { whyNotChained } from '../probe/chain.ts';
import { ensureRoot, issueIntermediate } from './ca.ts';

test('every cluster has an intermediate of one root that is made once and kept private', async ({}, info) => {
  const dir = info.outputPath('trust');
  const root = await ensureRoot(dir);
  expect(await ensureRoot(dir)).toEqual(root);
  expect(statSync(`${dir}/root-key.pem`).mode & 0o777).toBe(0o600);
  const east = await issueIntermediate(root, 'east');
  const certificate = new X509Certificate(east.certificate);
  expect(certificate.ca).toBe(true);
  expect(certificate.subject).toContain('east');
  expect(whyNotChained([{ pem: east.certificate }], root.certificate, Date.now())).toBeUndefined();
});

test('a chain of another root, an expired one and an empty one are told apart', async ({}, info) => {
  const root = await ensureRoot(info.outputPath('one'));
  const other = await ensureRoot(info.outputPath('other'));
  const pem = (await issueIntermediate(root, 'east')).certificate;
  expect(whyNotChained([{ pem }], other.certificate, Date.now())).toContain('is not signed by');
  expect(whyNotChained([{ pem }], root.certificate, Date.now() + 400 * 86_400_000)).toContain('expired');
  expect(whyNotChained([{ pem }], root.certificate, 0)).toContain('not valid before');
  expect(whyNotChained([], root.certificate, Date.now())).toContain('no certificate');
});
