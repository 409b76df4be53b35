/** Where the mark of a citation links to inside a text. */
export const CITATION_HASH = '#citation-';

/** A node of the Markdown tree: what is needed of it. */
interface MarkdownNode {
  type: string;
  value?: string;
  url?: string;
  title?: string | null;
  children?: MarkdownNode[];
}

const MARK = /\[(\d{1,3})\]/g;
const UNTOUCHED = ['link', 'linkReference', 'inlineCode', 'code', 'definition'];

/** A remark plugin: `[2]` becomes a link to citation 2 if there is one. */
export function markCitations(numbers: ReadonlySet<number>): () => (tree: MarkdownNode) => void {
  const walk = (node: MarkdownNode): void => {
    if (node.children === undefined || UNTOUCHED.includes(node.type)) return;
    node.children = node.children.flatMap((child) => (child.type === 'text' ? split(child.value ?? '', numbers) : [child]));
    node.children.forEach(walk);
  };
  return () => walk;
}

function split(text: string, numbers: ReadonlySet<number>): MarkdownNode[] {
  const parts: MarkdownNode[] = [];
  let from = 0;
  for (const match of text.matchAll(MARK)) {
    const number = Number(match[1]);
    if (!numbers.has(number)) continue;
    if (match.index > from) parts.push({ type: 'text', value: text.slice(from, match.index) });
    parts.push({ type: 'link', url: `${CITATION_HASH}${number}`, children: [{ type: 'text', value: match[0] }] });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ type: 'text', value: text.slice(from) });
  return parts;
}
