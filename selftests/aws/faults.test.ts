import { expect, test } from '@playwright/test';
import { injectFault } from '../../lib/fault/inject.ts';
import { openFaults, readJournal } from '../../lib/fault/journal.ts';
import { planLive } from '../../lib/fault/plan.ts';
import { FAULT_CASES, networksOf } from './fault-cases.ts';
import { liveState, replaySchedules, schedulesIn } from './live-state.ts';
import { MOTO_START_MS, type Moto, startMoto } from './moto.ts';

/**
 * What moto can show: that the API's own state changes as planned, and is then what it was. That packets are dropped, it
 * cannot: it moves none.
 */

let moto: Moto | undefined;
test.beforeAll(async () => {
  test.setTimeout(MOTO_START_MS);
  moto = await startMoto();
  Object.assign(process.env, moto.env);
});
test.afterAll(() => moto?.stop());
test.beforeEach(() => moto?.reset());
test.describe.configure({ mode: 'serial' });

const EAST = 'eu-central-1';
const WEST = 'eu-west-1';

for (const fault of FAULT_CASES) {
  test(`${fault.name}: seen to bite, taken back, and all is as before`, async ({}, info) => {
    const { lab, clusters } = await networksOf(fault);
    const before = await liveState(clusters);
    const plan = await planLive(fault.spec, lab, { run: 'run-1', lastsMs: 60_000 });
    expect(await liveState(clusters), 'a plan touches nothing').toBe(before);
    const journal = info.outputPath('journal.jsonl');
    const active = await injectFault(plan, { journal });
    expect(await liveState(clusters)).not.toBe(before);
    expect(active.effect).not.toBe('');
    const schedules = [...(await schedulesIn(EAST)), ...(await schedulesIn(WEST))];
    expect(schedules).toHaveLength(fault.undoneBy.length);
    for (const { State, FlexibleTimeWindow, ScheduleExpressionTimezone, Target } of schedules) {
      expect([State, FlexibleTimeWindow?.Mode, ScheduleExpressionTimezone]).toEqual([
        'ENABLED',
        'OFF',
        'UTC',
      ]);
      expect(Target).toMatchObject({
        RoleArn: expect.stringMatching(/^arn:aws:iam::\d{12}:role\/meshproof-fake-(east|west)-dead-man$/),
        RetryPolicy: { MaximumEventAgeInSeconds: 3600 },
        DeadLetterConfig: { Arn: expect.stringContaining(':sqs:') },
      });
    }
    await active.revert();
    expect(await liveState(clusters), 'schedules are gone too').toBe(before);
    expect(openFaults(readJournal(journal))).toEqual([]);
  });

  test(`${fault.name}: EventBridge alone takes it back, by what its schedules say`, async ({}, info) => {
    const { lab, clusters } = await networksOf(fault);
    const before = await liveState(clusters);
    const plan = await planLive(fault.spec, lab, { run: 'run-1', lastsMs: 60_000 });
    await injectFault(plan, { journal: info.outputPath('journal.jsonl') });
    const made = [...(await replaySchedules(EAST)), ...(await replaySchedules(WEST))];
    expect(made).toEqual(fault.undoneBy);
    expect(await liveState(clusters)).toBe(before);
  });
}
