import { isIP } from 'node:net';
import { PlanRefused } from './refused.ts';

/** Throws {@link PlanRefused} with the message unless it holds. */
export function need(holds: boolean, message: string): asserts holds {
  if (!holds) throw new PlanRefused(400, message);
}

export function isHost(value: unknown): boolean {
  return typeof value === 'string' && (isIP(value) > 0 || /^[\w.-]{1,253}$/.test(value));
}

export function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).protocol === 'http:';
}

/** A whole number from `least` to `most`, both included. */
export function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** True, false or left out. */
export function isFlag(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}

/** Texts that each match the pattern, or left out. */
export function areTexts(value: unknown, pattern: RegExp): boolean {
  return value === undefined || (Array.isArray(value) && value.every((one) => isText(one, pattern)));
}

export function isText(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}
