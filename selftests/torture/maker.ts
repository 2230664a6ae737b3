import { injectFault } from '../../lib/fault/inject.ts';
import { planFault } from '../../lib/fault/plan.ts';
import type { FaultSpec } from '../../lib/model/fault.ts';
import { findLab } from '../../lib/run/provision.ts';
import { throughJobs } from '../cluster/adopted.ts';

/** What is tortured: `node maker.ts ENVIRONMENT RUN SPEC-JSON LASTS-MS HOLD-MS [by-job]` injects one fault, holds it, and reverts it. */
const [environment = '', run = '', spec = '', lastsMs = '', holdMs = '', byJob = ''] = process.argv.slice(2);
const found = findLab(environment);
if (!found) throw new Error(`environment ${environment} is not up`);
const lab = byJob === 'by-job' ? throughJobs(found) : found;
const plan = planFault(JSON.parse(spec) as FaultSpec, lab, { run, lastsMs: Number(lastsMs) });
const fault = await injectFault(plan);
await new Promise((resolve) => setTimeout(resolve, Number(holdMs)));
await fault.revert();
await fault.settle();
