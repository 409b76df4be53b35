/** A conversation as a tree: a question asked anew stands beside the first one, with its own answers below. */

export interface TreeMessage {
  id: string;
  parentId?: string | null;
}

/** Which child is shown below a message; below nothing, for the first messages, the key is `ROOT`. */
export type Chosen = Readonly<Record<string, string>>;

export const ROOT = '';

export interface MessageTree<M extends TreeMessage> {
  /** Children by their parent's id (`ROOT` for those without), oldest first. */
  children: ReadonlyMap<string, readonly M[]>;
  /** Position of each message by age. */
  order: ReadonlyMap<string, number>;
}

/** The tree of messages that are given oldest first. One whose parent is not among them is a root. */
export function treeOf<M extends TreeMessage>(messages: readonly M[]): MessageTree<M> {
  const order = new Map(messages.map((message, at) => [message.id, at]));
  const children = new Map<string, M[]>();
  messages.forEach((message, at) => {
    // A parent is older than its child; anything else would be a circle.
    const parentAt = order.get(message.parentId ?? ROOT) ?? at;
    const parent = parentAt < at ? (message.parentId ?? ROOT) : ROOT;
    const found = children.get(parent);
    if (found === undefined) children.set(parent, [message]);
    else found.push(message);
  });
  return { children, order };
}

/** A message on the path shown, with those it can be exchanged for. */
export interface PathEntry<M extends TreeMessage> {
  message: M;
  /** Key in `Chosen` of the place where the siblings part. */
  parentKey: string;
  siblings: readonly M[];
  /** Place among the siblings, from 0. */
  index: number;
}

/** From the first message to a leaf: at each parting the child chosen, else the one that leads to the newest message. */
export function pathOf<M extends TreeMessage>(tree: MessageTree<M>, chosen: Chosen): readonly PathEntry<M>[] {
  const newest = newestBelow(tree);
  const path: PathEntry<M>[] = [];
  let parentKey = ROOT;
  for (;;) {
    const siblings = tree.children.get(parentKey) ?? [];
    const message =
      siblings.find((each) => each.id === chosen[parentKey]) ??
      siblings.reduce<M | undefined>(
        (best, each) => (best === undefined || (newest.get(each.id) ?? 0) > (newest.get(best.id) ?? 0) ? each : best),
        undefined,
      );
    if (message === undefined) return path;
    path.push({ message, parentKey, siblings, index: siblings.indexOf(message) });
    parentKey = message.id;
  }
}

/** Order of the newest message in the subtree of each. */
function newestBelow<M extends TreeMessage>(tree: MessageTree<M>): ReadonlyMap<string, number> {
  const parents = new Map<string, string>();
  for (const [parent, children] of tree.children) for (const child of children) parents.set(child.id, parent);
  const newest = new Map<string, number>();
  // Children are younger than their parents, so going from the youngest up each is complete when it is passed on.
  for (const [id, at] of [...tree.order].sort((a, b) => b[1] - a[1])) {
    const own = Math.max(newest.get(id) ?? -1, at);
    newest.set(id, own);
    const parent = parents.get(id) ?? ROOT;
    newest.set(parent, Math.max(newest.get(parent) ?? -1, own));
  }
  return newest;
}
