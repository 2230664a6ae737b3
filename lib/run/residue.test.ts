import { expect, test } from '@playwright/test';
import { silentLog } from '../support/log.ts';
import { createStages } from '../support/stages.ts';
import { residueOf } from './provision.ts';
import { forgetState, writeState } from './state.ts';

const NAME = 'residue-test';
const options = { log: silentLog, stages: createStages(silentLog), signal: new AbortController().signal };

test('a run that was killed while it made its clusters has left something; what was removed has not', async ({}, info) => {
  process.env['MESHPROOF_STATE'] = info.outputPath('state');
  process.env['MESHPROOF_CACHE'] = info.outputPath('cache');
  try {
    expect(await residueOf(NAME, options)).toEqual([]);
    const since = '2026-01-01T00:00:00.000Z';
    writeState({ name: NAME, file: 'x.yaml', since, temporary: true, phase: 'creating', provider: 'kind' });
    expect(await residueOf(NAME, options)).toEqual([`state: creating since ${since}`]);
    forgetState(NAME);
    expect(await residueOf(NAME, options)).toEqual([]);
  } finally {
    delete process.env['MESHPROOF_STATE'];
    delete process.env['MESHPROOF_CACHE'];
  }
});
