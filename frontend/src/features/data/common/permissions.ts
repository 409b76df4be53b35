import { useMemo } from 'react';
import { useQuery } from 'urql';

import { graphql } from '../../../gql/graphql';

const AccountQuery = graphql(`
  query DataAccount {
    viewer {
      username
      permissions
      zoneIds
    }
  }
`);

/** What the account may do; what it may not do is not offered. */
export interface Account {
  username: string;
  permissions: ReadonlySet<string>;
  /** Whether it sees some zones alone. */
  isLimited: boolean;
}

/** The account, or null until it is known. */
export function useAccount(): Account | null {
  const [{ data }] = useQuery({ query: AccountQuery });
  const viewer = data?.viewer;
  return useMemo(
    () =>
      viewer === undefined
        ? null
        : { username: viewer.username, permissions: new Set(viewer.permissions), isLimited: viewer.zoneIds.length > 0 },
    [viewer],
  );
}

export function maySee(account: Account, permission: string): boolean {
  return account.permissions.has(permission);
}
