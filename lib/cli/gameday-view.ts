import { type ReadStream } from 'node:tty';
import { emitKeypressEvents } from 'node:readline';
import { stderr, stdin } from 'node:process';
import { createInterface } from 'node:readline/promises';
import type { Control } from '../gameday/control.ts';
import type { EventLog, GamedayEvent } from '../gameday/events.ts';
import { liveView } from '../gameday/probes.ts';
import type { RunningProbe } from '../gameday/running.ts';
import { formatDuration } from '../model/duration.ts';
import type { Log } from '../support/log.ts';

/** Where nobody watches a terminal, the state is said this often. */
const SAY_EVERY_MS = 10_000;
const KEYS = 'p pause · s skip · o observation · a abort';
const BARS = '▁▂▃▄▅▆▇█';

/** What a person sees of a game day, and what they can do to it. */
export interface GamedayView extends Disposable {
  onEvent(event: GamedayEvent): void;
  onLook(probes: readonly RunningProbe[], held: readonly string[]): void;
  ask(what: string): Promise<void>;
  /** From then on keys work, and what people type goes into the log of events. */
  start(events: EventLog): void;
}

/** A live line on a terminal, with keys; plain lines elsewhere. `assumeDone`: steps of people are taken for done. */
export function gamedayView(log: Log, control: Control, options: { assumeDone: boolean }): GamedayView {
  const isLive = stderr.isTTY && stdin.isTTY;
  let events: EventLog | undefined;
  let saidAt = 0;
  let typing = false;
  const clear = () => isLive && stderr.write('\r\u001B[2K');
  const say = (line: string) => {
    clear();
    log.info(line);
  };
  /** Asks for a line of text; keys mean nothing meanwhile. */
  const prompt = async (question: string): Promise<string> => {
    typing = true;
    raw(false);
    clear();
    const reader = createInterface({ input: stdin, output: stderr });
    try {
      return (await reader.question(question)).trim();
    } finally {
      reader.close();
      raw(true);
      typing = false;
    }
  };
  const raw = (on: boolean) => {
    if (!isLive) return;
    (stdin as ReadStream).setRawMode(on);
    if (on) stdin.resume();
  };
  const onKey = (_text: string, key: { name?: string; ctrl?: boolean } | undefined) => {
    if (typing || !key) return;
    if (key.ctrl && key.name === 'c') process.kill(process.pid, 'SIGINT');
    else if (key.name === 'p') {
      control.pause(!control.paused);
      events?.add('decision', control.paused ? 'paused; dead-men go on' : 'goes on');
    } else if (key.name === 's') {
      control.skip();
      events?.add('decision', 'skipped what was waited for');
    } else if (key.name === 'a') {
      control.abort({ by: 'person', reason: 'somebody pressed a' });
      events?.add('abort', 'by a person');
    } else if (key.name === 'o') {
      void prompt('observation: ').then((text) => text !== '' && events?.add('observation', text));
    }
  };
  return {
    onEvent: ({ kind, text, fault }) =>
      say(`${kind.padEnd(11)} ${fault === undefined ? '' : `${fault}: `}${text}`),
    onLook(probes, held) {
      if (typing) return;
      const words = [
        ...probes.map(stateWords),
        held.length === 0 ? 'no fault holds' : `holds: ${held.join(', ')}`,
      ];
      if (isLive) {
        const line = [control.paused ? 'PAUSED' : '', ...words, KEYS].filter(Boolean).join(' │ ');
        stderr.write(`\r\u001B[2K${line.slice(0, (stderr.columns || 120) - 1)}`);
      } else if (Date.now() - saidAt >= SAY_EVERY_MS) {
        saidAt = Date.now();
        log.info(words.join(' | '));
      }
    },
    async ask(what) {
      if (options.assumeDone || !stdin.isTTY) {
        events?.add('decision', 'nobody is asked (--yes): taken for done');
        return;
      }
      const answer = await prompt(`${what}\n  Enter when it is done; a note if you like: `);
      if (answer !== '') events?.add('observation', answer);
    },
    start(log_) {
      events = log_;
      if (!isLive) return;
      emitKeypressEvents(stdin);
      stdin.on('keypress', onKey);
      raw(true);
      // Nothing of ours waits for keys alone.
      stdin.unref();
    },
    [Symbol.dispose]() {
      clear();
      stdin.off('keypress', onKey);
      raw(false);
      if (isLive) stdin.pause();
    },
  };
}

/** `payments from west ▁▁▇▂▁ 50/s 2 % errors p99 31 ms` */
function stateWords(probe: RunningProbe): string {
  const { perSecond, errorRatio, p99Ms, trend } = liveView(probe);
  const bars = trend
    .map((ratio) => (ratio === undefined ? '·' : BARS[Math.ceil(ratio * (BARS.length - 1))]))
    .join('');
  const p99 = p99Ms === undefined ? 'no answer' : `p99 ${formatDuration(p99Ms)}`;
  return `${probe.probe.name} ${bars} ${Number(perSecond.toFixed(perSecond < 10 ? 1 : 0))}/s ${Math.round(100 * errorRatio)} % errors, ${p99}`;
}
