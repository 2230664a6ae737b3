import { argv } from 'node:process';
import { readVerdict } from '../report/verdict-file.ts';
import { shipDurations } from './durations.ts';

/** `npm run durations -- VERDICT`: makes the figures of a run on a quiet machine the ones that `--list` starts with. */
const [, , file] = argv;
if (file === undefined) throw new Error('usage: npm run durations -- reports/output/verdict.json');
shipDurations(readVerdict(file));
