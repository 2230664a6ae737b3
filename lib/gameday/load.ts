import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectRoot } from '../support/paths.ts';
import { checkYaml, readYamlText, type YamlPath } from '../support/yaml-file.ts';
import { type Scenario, type ScenarioStep, scenarioSchema } from './schema.ts';

const FOLDER = join(projectRoot, 'scenarios');

/** A scenario, and the file that it is from. */
export interface LoadedScenario {
  file: string;
  scenario: Scenario;
}

/** Names of the scenarios that come with Meshproof. */
export function shippedScenarios(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replace(/\.yaml$/, ''))
    .sort();
}

/** Reads and checks a scenario: a file, or the name of one that comes with Meshproof. A bad one is a `usage` error. */
export function loadScenario(given: string): LoadedScenario {
  const file = /[/.]/.test(given) ? resolve(given) : join(FOLDER, `${given}.yaml`);
  const nextStep = `name a file, or one of ${shippedScenarios().join(', ')}`;
  return { file, scenario: parseScenario(readYamlText(file, { what: 'scenario', nextStep }), file) };
}

/** As {@link loadScenario}, from text. `file` is for messages. */
export function parseScenario(text: string, file: string): Scenario {
  const published = 'scenarios/scenario.schema.json';
  const { value, refuse } = checkYaml(text, { file, schema: scenarioSchema, published });
  const probes = value.probes.map(({ name }) => name);
  const twice = probes.findIndex((name, index) => probes.indexOf(name) !== index);
  if (twice >= 0)
    refuse(
      `probes.${twice}.name: ${probes[twice]} is there twice`,
      ['probes', twice],
      'give each a name of its own',
    );
  for (const [index, condition] of value.abort.entries()) {
    if (!('probe' in condition) || condition.probe === undefined || probes.includes(condition.probe))
      continue;
    refuse(
      `abort.${index}.probe: there is no probe ${condition.probe}`,
      ['abort', index, 'probe'],
      `probes: ${probes.join(', ')}`,
    );
  }
  const injected = new Set<string>();
  for (const { step, path } of eachStep(value.steps, ['steps'])) {
    if ('inject' in step) {
      if (step.for === undefined) injected.add(nameOf(step));
    } else if ('revert' in step && !injected.has(step.revert))
      refuse(
        `${path.join('.')}: nothing of the name ${step.revert} is held there`,
        path,
        'revert what an earlier step injected without `for`, by its `as` or its kind',
      );
  }
  return value;
}

/** What a fault of a scenario is called. */
export function nameOf(step: Extract<ScenarioStep, { inject: unknown }>): string {
  return step.as ?? step.inject.kind;
}

/** Every single step, in the order of the file, with its place there. */
export function* eachStep(
  steps: readonly ScenarioStep[],
  path: YamlPath,
): Generator<{ step: ScenarioStep; path: YamlPath }> {
  for (const [index, step] of steps.entries()) {
    const at = [...path, index];
    if ('parallel' in step)
      for (const [lane, branch] of step.parallel.entries())
        yield* eachStep(branch, [...at, 'parallel', lane]);
    else if ('steps' in step) yield* eachStep(step.steps, [...at, 'steps']);
    else yield { step, path: at };
  }
}
