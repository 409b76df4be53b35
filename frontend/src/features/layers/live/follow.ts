import { stringifyDocument } from 'urql';
import type { TypedDocumentNode } from 'urql';

import { subscribeTo } from '../../../lib/graphql/subscriptions';

/** Follow a subscription past the cache of answers: news of thousands of values is neither kept nor compared. */
export function follow<T>(document: TypedDocumentNode<T>, onNews: (data: T) => void): () => void {
  return subscribeTo(
    { query: stringifyDocument(document) },
    {
      next: ({ data }) => {
        if (data !== null && data !== undefined) onNews(data as T);
      },
      // Whoever may not follow, or finds no server, sees what was loaded.
      error: () => undefined,
      complete: () => undefined,
    },
  );
}
