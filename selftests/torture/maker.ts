import { injectFault } from '../../lib/fault/inject.ts';
import { planFault } from '../../lib/fault/plan.ts';
import type { FaultSpec } from '../../lib/model/fault.ts';
import { findLab } from '../../lib/run/provision.ts';

/** What is tortured: `node maker.ts ENVIRONMENT RUN SPEC-JSON LASTS-MS HOLD-MS` injects one fault, holds it, and reverts it. */
const [environment = '', run = '', spec = '', lastsMs = '', holdMs = ''] = process.argv.slice(2);
const lab = findLab(environment);
if (!lab) throw new Error(`environment ${environment} is not up`);
const plan = planFault(JSON.parse(spec) as FaultSpec, lab, { run, lastsMs: Number(lastsMs) });
const fault = await injectFault(plan);
await new Promise((resolve) => setTimeout(resolve, Number(holdMs)));
await fault.revert();
await fault.settle();
