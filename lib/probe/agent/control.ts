import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Place } from '../../model/observation.ts';
import type { AgentInfo } from '../wire.ts';
import { now } from './clock.ts';
import { checkPlan } from './plan-input.ts';
import type { PlanStore } from './plans.ts';
import { PlanRefused } from './refused.ts';

const BODY_LIMIT = 64 * 1024;

interface Answer {
  status: number;
  body: unknown;
}

/**
 * The control API, for the loopback only: `POST /plans`, `GET /plans/:id?from=SEQ`, `DELETE /plans/:id`, `GET /time`,
 * `GET /info`, `GET /healthz`. Bodies are JSON; an error is `{error}` with a fitting status.
 */
export function controlServer(place: Place, plans: PlanStore, ports: () => AgentInfo['ports']): Server {
  const instance = randomUUID();
  const info = (): AgentInfo => ({
    place,
    instance,
    node: process.version,
    plans: plans.ids(),
    ports: ports(),
  });
  const server = createServer((request, response) => {
    handle(request, plans, info).then(
      (answer) => reply(response, answer),
      (error: unknown) => {
        const status = error instanceof PlanRefused ? error.status : 500;
        reply(response, { status, body: { error: error instanceof Error ? error.message : String(error) } });
      },
    );
  });
  server.keepAliveTimeout = 120_000;
  return server;
}

async function handle(request: IncomingMessage, plans: PlanStore, info: () => AgentInfo): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://agent');
  const id = /^\/plans\/([^/]+)$/.exec(url.pathname)?.[1];
  if (id !== undefined) return onePlan(request.method, decodeURIComponent(id), url.searchParams, plans);
  switch (`${request.method} ${url.pathname}`) {
    case 'POST /plans': {
      const plan = checkPlan(await readJson(request));
      plans.start(plan);
      return { status: 201, body: { id: plan.id } };
    }
    case 'GET /time':
      return { status: 200, body: { now: now() } };
    case 'GET /info':
      return { status: 200, body: info() };
    case 'GET /healthz':
      return { status: 200, body: { ok: true } };
    default:
      return { status: 404, body: { error: `no ${request.method} ${url.pathname}` } };
  }
}

function onePlan(method: string | undefined, id: string, query: URLSearchParams, plans: PlanStore): Answer {
  if (method === 'DELETE') return { status: 200, body: { removed: plans.remove(id) } };
  if (method !== 'GET') return { status: 405, body: { error: `${method} on a plan` } };
  const from = Number(query.get('from') ?? 0);
  if (!Number.isInteger(from) || from < 0) return { status: 400, body: { error: 'from: a whole number' } };
  const page = plans.page(id, from);
  return page ? { status: 200, body: page } : { status: 404, body: { error: `no plan ${id}` } };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > BODY_LIMIT) throw new PlanRefused(413, `a plan has ${BODY_LIMIT} bytes at most`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new PlanRefused(400, 'the body is no JSON');
  }
}

function reply(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.body));
}
