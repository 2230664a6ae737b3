/** What all pages of a paginated call have, in one list. */
export async function everyPage<Page, T>(
  pages: AsyncIterable<Page>,
  read: (page: Page) => readonly T[] | undefined,
): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...(read(page) ?? []));
  return all;
}
