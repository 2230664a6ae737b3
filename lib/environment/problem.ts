import type { YamlPath } from '../support/yaml-file.ts';

/** What is wrong with an environment file beside its form, and where. */
export interface Problem {
  message: string;
  path: YamlPath;
  nextStep: string;
}
