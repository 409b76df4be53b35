import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import type { TypedDocumentNode } from 'urql';

import { problemOf } from '../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

interface Props<Data, Found> {
  query: TypedDocumentNode<Data, { id: string }>;
  id: string;
  /** What is loaded, in words. */
  what: string;
  pick: (data: Data) => Found | null | undefined;
  children: (found: Found) => ReactNode;
}

/** The result of a study, once it is here. */
export function Loaded<Data, Found>({ query, id, what, pick, children }: Props<Data, Found>) {
  const [{ data, error, fetching }, refetch] = useQuery({ query, variables: { id } });
  if (data === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title={`${what} could not be loaded`} detail={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label={`Loading: ${what}`} minHeight={240} />;
  }
  const found = pick(data);
  return found == null ? <EmptyState title={`${what}: the study has no result`} /> : children(found);
}
