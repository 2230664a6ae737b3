import type { Profile, RunManifest } from '../model/run.ts';

/** How much of a conformance profile a run asked for. */
export interface Coverage {
  profile: Profile;
  selection: {
    /** Folders of suites/; all when empty. */
    suites: readonly string[];
    /** Regular expression over the tests' ids. */
    grep?: string;
    /** Clusters that were called from. */
    from: readonly string[];
  };
  /** True only when every promise of the profile was asked for, from every cluster. */
  complete: boolean;
}

/** The coverage of a run. One that does not say what was selected is not known to be complete. */
export function coverageOf(
  manifest: Pick<RunManifest, 'lab' | 'profile' | 'selection' | 'callers'>,
): Coverage {
  const { lab, profile = 'extended', selection, callers } = manifest;
  const clusters = lab.clusters.map(({ name }) => name);
  const from = callers ?? clusters;
  const everything = selection !== undefined && selection.suites.length === 0 && selection.grep === undefined;
  return {
    profile,
    selection: { suites: [], ...selection, from },
    complete: everything && clusters.every((name) => from.includes(name)),
  };
}

/** What a person must know before taking the verdict for that of the whole profile. */
export function coverageWords({ profile, selection, complete }: Coverage): string {
  if (complete) return `This is the whole profile ${profile}.`;
  const { suites, grep, from } = selection;
  const parts = [
    ...(suites.length === 0 ? [] : [`suites ${suites.join(', ')}`]),
    ...(grep === undefined ? [] : [`ids that match ${grep}`]),
    `called from ${from.join(', ')}`,
  ];
  return `This is a part of the profile ${profile} only: ${parts.join('; ')}. Nothing is said about the rest.`;
}
