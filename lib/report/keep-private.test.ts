import { expect, test } from '@playwright/test';
import { keepPrivate } from './keep-private.ts';

const page = (body: string) => `<html><head>\n<meta charset="utf-8">\n</head><body>${body}</body></html>`;
const analytics = `<script async src="https://www.googletagmanager.com/gtag/js?id=G-X"></script>
    <script>
        window.dataLayer = window.dataLayer || [];
        gtag('config', 'G-X', { "report": "awesome" });
    </script>`;

test('takes the analytics out and nothing else', () => {
  const html = keepPrivate(page(`<script>before()</script>${analytics}<script>after()</script>`));
  expect(html).not.toMatch(/googletagmanager|gtag|dataLayer/);
  expect(html).toContain('<script>before()</script><script>after()</script>');
});

test('forbids every request', () => {
  expect(keepPrivate(page(analytics))).toMatch(
    /Content-Security-Policy" content="default-src data: blob: [^"]*connect-src data: blob:/,
  );
});

test('a page built in another way is refused, not passed on', () => {
  expect(() => keepPrivate(page('<script src="//www.googletagmanager.com/x"></script>'))).toThrow(
    /not built as expected/,
  );
  expect(() => keepPrivate('<html></html>')).toThrow(/not built as expected/);
});
