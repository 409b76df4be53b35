/** Where a link of an answer may lead. */
export interface SafeLink {
  href: string;
  isElsewhere: boolean;
}

/**
 * A link that may be followed: a path of this site, or http(s). Null for anything else.
 *
 * Answers come from data, documents and models: what they contain is never trusted.
 */
export function safeLink(target: string | null | undefined, origin: string): SafeLink | null {
  if (target == null || target === '') return null;
  let url: URL;
  try {
    url = new URL(target, origin);
  } catch {
    return null;
  }
  if (url.username !== '' || url.password !== '') return null;
  // The origin alone does not do: that of a blob: address is the site's.
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  if (url.origin === origin) return { href: url.pathname + url.search + url.hash, isElsewhere: false };
  return { href: url.href, isElsewhere: true };
}
