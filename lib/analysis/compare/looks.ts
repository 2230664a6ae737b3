import type { Look } from '../../model/comparison.ts';

/**
 * Looks after equal parts of the rounds, and the level of each. By then α·t³ is spent (t is the part of the rounds that is made;
 * Kim and DeMets, Biometrika 1987, ρ = 3, which is close to O'Brien and Fleming): little early, nearly all at the end. Each look
 * gets what is newly spent and nothing of what went before, so that all together err with probability α at most whatever their
 * correlation is and whatever number of rounds each has in the end (Boole's inequality). Looking once spends α at the end.
 */
export function plannedLooks(question: { rounds: number; looks: number; alpha: number }): Look[] {
  const { rounds, looks, alpha } = question;
  const spent = (look: number) => alpha * (look / looks) ** 3;
  return Array.from({ length: looks }, (_, index) => ({
    rounds: Math.ceil((rounds * (index + 1)) / looks),
    level: spent(index + 1) - spent(index),
  }));
}
