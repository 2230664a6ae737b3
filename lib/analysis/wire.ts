/** TCP frames with data between two addresses; the port is the lower one of both, the server's. */
export interface Flow {
  from: string;
  to: string;
  port: number;
  frames: number;
}

/** What a capture on one node counted. */
export interface Capture {
  cluster: string;
  node: string;
  frames: number;
  /** Frames that the kernel had no room for. */
  drops: number;
  flows: Flow[];
  /** Frames in which a marker stood in clear. */
  hits: (Flow & { mark: string })[];
}

/** Two groups of addresses between which frames of a call must have been seen on a node. */
export interface Crossing {
  node: string;
  between: [readonly string[], readonly string[]];
}

/** A call with a marker of its own. */
export interface MarkedCall {
  mark: string;
  words: string;
  /** It must be unreadable on the way, or it is a control that must be readable on these nodes. */
  must: 'stay-hidden' | 'be-seen';
  answered: boolean;
  crossings: Crossing[];
}

export interface WireFindings {
  /** Calls that were readable on the way, in words. */
  leaks: string[];
  /** Why what was captured proves nothing. */
  blind: string[];
}

/** Reads what the capture script printed; undefined when it did not come to its end. */
export function parseCapture(text: string, where: { cluster: string; node: string }): Capture | undefined {
  const lines = text.split('\n').map((line) => line.trim().split(' '));
  const count = lines.find(([kind]) => kind === 'COUNT');
  if (!count || !lines.some(([kind]) => kind === 'END')) return undefined;
  const flow = ([from = '', to = '', port, frames]: string[]): Flow => ({
    from,
    to,
    port: Number(port),
    frames: Number(frames),
  });
  return {
    ...where,
    frames: Number(count[1]),
    drops: Number(count[2]),
    flows: lines.filter(([kind]) => kind === 'FLOW').map(([, ...rest]) => flow(rest)),
    hits: lines.filter(([kind]) => kind === 'HIT').map(([, mark = '', ...rest]) => ({ mark, ...flow(rest) })),
  };
}

/**
 * Sets the calls beside what was captured at the same time. A hidden call proves something only where frames between its
 * ends were seen, by a capture that lost none and could read its own control.
 */
export function judgeWire(captures: readonly Capture[], calls: readonly MarkedCall[]): WireFindings {
  const hidden = calls.filter(({ must }) => must === 'stay-hidden');
  const leaks = hidden.flatMap((call) =>
    captures.flatMap(({ cluster, node, hits }) =>
      hits
        .filter(({ mark }) => mark === call.mark)
        .slice(0, 1)
        .map(
          ({ from, to, port }) =>
            `${call.words}: readable on ${node} in ${cluster}, from ${from} to ${to} (port ${port})`,
        ),
    ),
  );
  return { leaks, blind: calls.flatMap((call) => whyBlind(captures, call)) };
}

function whyBlind(
  captures: readonly Capture[],
  { mark, words, must, answered, crossings }: MarkedCall,
): string[] {
  if (!answered) return [`${words}: not answered`];
  return crossings.flatMap(({ node, between: [one, other] }) => {
    const capture = captures.find((each) => each.node === node);
    if (!capture) return [`${words}: nothing was captured on ${node}`];
    if (capture.drops > 0) return [`${words}: the capture on ${node} lost ${capture.drops} frames`];
    if (must === 'be-seen') {
      return capture.hits.some((hit) => hit.mark === mark)
        ? []
        : [`${words}: not read by the capture on ${node}`];
    }
    const crossed = capture.flows.some(
      ({ from, to }) =>
        (one.includes(from) && other.includes(to)) || (one.includes(to) && other.includes(from)),
    );
    return crossed ? [] : [`${words}: no frame of it was seen on ${node}`];
  });
}
