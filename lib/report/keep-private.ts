import { MeshproofError } from '../support/errors.ts';

/** Nothing may be loaded or sent but what the page itself carries. */
const POLICY =
  "default-src data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src data: blob:; form-action 'none'; base-uri 'self'";

/** The two script elements of Allure 3.18's template that load Google Analytics; it has no option against them. */
const ANALYTICS =
  /<script async src="https:\/\/www\.googletagmanager\.com\/[^"]*"><\/script>\s*<script>\s*window\.dataLayer[^<]*<\/script>/g;

/**
 * An Allure report that tells nobody of its reading: without Allure's analytics, and with a content security policy
 * that forbids every request. Throws a `bug` error when the page is not built as expected, so that an update of
 * Allure can't bring the analytics back unseen.
 */
export function keepPrivate(html: string): string {
  const quiet = html.replace(ANALYTICS, '');
  const head = '<meta charset="utf-8">';
  if (quiet.includes('googletagmanager') || !quiet.includes(head)) {
    throw new MeshproofError(
      'bug',
      'the Allure report is not built as expected: its analytics were not found',
      {
        nextStep:
          'Look at the template in @allurereport/plugin-awesome and adapt lib/report/keep-private.ts.',
      },
    );
  }
  return quiet.replace(
    head,
    () => `${head}\n    <meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
  );
}
