import type { CertificateSeen, Observation, Place } from '../../model/observation.ts';

/**
 * Keeps one copy of what thousands of observations repeat (places, certificates, identities), so that a plan of
 * 100 000 calls stays within tens of megabytes.
 */
export function interner(): (observation: Observation) => Observation {
  const places = new Map<string, Place>();
  const certificates = new Map<string, CertificateSeen>();
  const texts = new Map<string, string>();
  return (observation) => {
    const { answeredBy, chain, identitySeen } = observation;
    if (answeredBy) observation.answeredBy = keep(places, JSON.stringify(answeredBy), answeredBy);
    if (chain) observation.chain = chain.map((each) => keep(certificates, each.pem, each));
    if (identitySeen !== undefined) observation.identitySeen = keep(texts, identitySeen, identitySeen);
    return observation;
  };
}

function keep<T>(known: Map<string, T>, key: string, value: T): T {
  const first = known.get(key);
  if (first !== undefined) return first;
  known.set(key, value);
  return value;
}
