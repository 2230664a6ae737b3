import { iamNames, recordCall } from './calls.ts';
import { awsErrorName } from './errors.ts';
import { TAG } from './tags.ts';

type Handler = (args: unknown) => Promise<{ output: unknown }>;
type Middleware = (
  next: Handler,
  context: { clientName?: string; commandName?: string },
) => (args: unknown) => Promise<{ output: unknown }>;

/** A plugin of the SDK's middleware, as far as we use it: the clients come in several releases, whose types differ. */
export interface Plugin {
  applyToStack(stack: {
    add(
      middleware: Middleware,
      options: { step: 'initialize'; name: string; priority: 'high' | 'low'; override?: boolean },
    ): void;
  }): void;
}

/** Id of a resource of EC2: a short name of its kind, and hexadecimal digits. */
const EC2_ID = /\b[a-z]{1,8}(?:-(?:rtb|attach))?-[0-9a-f]{8,17}\b/g;
/** As a key or value of its own, and not within a text such as a template. */
const OUR_TAG = new RegExp(`(?<!\\\\)"${TAG.environment.replace('.', '\\.')}"`);

/** Records each call of a client once, however often the SDK sends it. */
export function recording(where: { region: string; account: string }): Plugin {
  const middleware: Middleware =
    (next, { clientName = '', commandName = '' }) =>
    async (args) => {
      const at = new Date();
      const text = JSON.stringify((args as { input?: unknown }).input ?? {});
      const record = (attempts: number, error?: string) =>
        recordCall({
          at: at.toISOString(),
          ...iamNames(clientName, commandName),
          ...where,
          resources: [...new Set(text.match(EC2_ID))],
          tags: OUR_TAG.test(text),
          ms: Date.now() - at.getTime(),
          attempts,
          ...(error === undefined ? {} : { error }),
        });
      try {
        const result = await next(args);
        record(attemptsOf(result.output));
        return result;
      } catch (error) {
        record(attemptsOf(error), awsErrorName(error));
        throw error;
      }
    };
  return {
    applyToStack: (stack) =>
      // Plugins of an assumed role are applied again each time that it is renewed.
      stack.add(middleware, {
        step: 'initialize',
        name: 'meshproofRecording',
        priority: 'low',
        override: true,
      }),
  };
}

function attemptsOf(carrier: unknown): number {
  const { $metadata } = Object(carrier) as { $metadata?: { attempts?: number } };
  return $metadata?.attempts ?? 1;
}
