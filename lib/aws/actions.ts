import type { AwsAction } from './fault-actions.ts';

export const PROVISION_ACTIONS: readonly AwsAction[] = [];
export const VERIFY_ACTIONS: readonly AwsAction[] = [];
export const SWEEP_ACTIONS: readonly AwsAction[] = [];
