import type { Diagnosis, DiagnosisQuestion, Facts } from '../model/diagnosis.ts';
import type { Bench } from './bench.ts';
import { collectFacts } from './collect.ts';
import { collectLogs } from './logs.ts';
import { fitJson } from './fit.ts';
import { redact, redactText } from './redact.ts';
import { likelyCauses } from './rules.ts';

/** Everything together is at most this long, so that a report with many failures stays small. */
const BUNDLE_LIMIT = 200_000;
const FACTS_LIMIT = 60_000;

/**
 * Looks for what is wrong, for a question or in general: likely causes, and the facts and logs that they come from,
 * redacted and at most 200 kB. Takes seconds; changes nothing.
 */
export async function diagnose(bench: Bench, question: DiagnosisQuestion): Promise<Diagnosis> {
  const [facts, logs] = await Promise.all([collectFacts(bench, question), collectLogs(bench, question)]);
  return { causes: likelyCauses(facts).map(redactText), files: bundle(facts, logs) };
}

function bundle(facts: Facts, logs: Record<string, string>): Record<string, string> {
  const files: Record<string, string> = {
    // Text by text: a pattern that crosses the quotes of JSON would break it.
    'facts.json': fitJson(redact(facts), FACTS_LIMIT),
  };
  const share = Math.floor((BUNDLE_LIMIT - FACTS_LIMIT) / Math.max(1, Object.keys(logs).length));
  for (const [name, text] of Object.entries(logs)) files[name] = endOf(redactText(text), share);
  return files;
}

/** The last lines of a log, which are those of the failure; of one long line, its end. */
function endOf(log: string, limit: number): string {
  if (log.length <= limit) return log;
  const end = log.slice(-limit);
  return end.slice(end.indexOf('\n') + 1) || end;
}
