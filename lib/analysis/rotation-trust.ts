/** How a server took a client that showed a certificate, while the same client got in with one that all trust. */
export interface TrustLook {
  /** `payments-7d4 in east`. */
  server: string;
  /** With the certificate in question; `undecided` tells neither: a time-out, a lost connection. */
  taken: 'trusted' | 'refused' | 'undecided';
  /** With a certificate of the root that everybody has trusted all along: the control. */
  control: 'trusted' | 'refused' | 'undecided';
  detail: string;
}

export interface TrustFindings {
  asExpected: boolean;
  broken: string[];
  undecided: string[];
}

/** Whether every server trusts, or refuses, clients of a root. A server that its control does not reach says nothing. */
export function judgeTrust(looks: readonly TrustLook[], expected: 'trusted' | 'refused'): TrustFindings {
  const wanted = expected === 'trusted' ? 'does not trust it' : 'still trusts it';
  const broken: string[] = [];
  const undecided: string[] = [];
  for (const { server, taken, control, detail } of looks) {
    if (control !== 'trusted') undecided.push(`${server}: the control is ${control} (${detail})`);
    else if (taken === 'undecided') undecided.push(`${server}: ${detail}`);
    else if (taken !== expected) broken.push(`${server} ${wanted} (${detail})`);
  }
  if (looks.length === 0) undecided.push('no server was asked');
  return { asExpected: broken.length === 0 && undecided.length === 0, broken, undecided };
}
