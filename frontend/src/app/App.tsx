import Box from '@mui/material/Box';
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useState } from 'react';
import { Provider, useQuery } from 'urql';

import { forgetConversation } from '../features/assistant';
import { ViewerQuery } from '../features/session';
import type { LoginReason } from '../features/session/login';
import { createGraphqlClient } from '../lib/graphql/client';
import { isUnauthenticated, problemOf } from '../lib/graphql/errors';
import { closeSubscriptions } from '../lib/graphql/subscriptions';
import { forgetNotices } from '../lib/notices';
import { sessionEvents } from '../lib/sessionEvents';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { ErrorState, LoadingState } from '../ui/StateMessage';
import { ahead } from '../ui/ahead';

import { dialogs } from './dialogs';

const { Component: Shell, load: loadShell } = ahead(() => import('./Shell').then((module) => module.Shell));
// Asked for at once, while the server is asked who the user is; those who must log in never wait for it.
void loadShell();
const LoginPage = lazy(() => import('../features/session/login').then((module) => ({ default: module.LoginPage })));

type Session = 'unknown' | 'open' | 'closed';

/** Decides between the login page and the app. The address never changes: after login one is where one was. */
export function App() {
  const [client, setClient] = useState(createGraphqlClient);
  const [session, setSession] = useState<Session>('unknown');
  const [reason, setReason] = useState<LoginReason>(null);

  const leave = useCallback((why: LoginReason) => {
    closeSubscriptions();
    forgetNotices();
    dialogs.set(null);
    if (why === 'signed-out') forgetConversation();
    // A new client: what one user loaded is never shown to the next.
    setClient(createGraphqlClient());
    setReason(why);
    setSession('closed');
  }, []);

  // Before anything is painted: a session may end as soon as the app is there.
  useLayoutEffect(
    () => sessionEvents.onExpired(() => leave(session === 'open' ? 'expired' : null)),
    [leave, session],
  );

  return (
    <Provider value={client}>
      <ErrorBoundary name="The application">
        {session === 'closed' && (
          <Suspense fallback={null}>
            <LoginPage
              reason={reason}
              onLoggedIn={() => {
                setReason(null);
                setSession('unknown');
              }}
            />
          </Suspense>
        )}
        {session === 'unknown' && <SessionCheck onOpen={() => setSession('open')} />}
        {session === 'open' && (
          <Suspense fallback={<Opening />}>
            <Shell onLoggedOut={() => leave('signed-out')} />
          </Suspense>
        )}
      </ErrorBoundary>
    </Provider>
  );
}

/** Asks who the user is. That nobody is logged in arrives as a session event. */
function SessionCheck({ onOpen }: { onOpen: () => void }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: ViewerQuery });
  const isOpen = data?.viewer !== undefined;
  useEffect(() => {
    if (isOpen) onOpen();
  }, [isOpen, onOpen]);
  const isFailed = error !== undefined && !fetching && !isUnauthenticated(error);
  if (!isFailed) return <Opening />;
  return (
    <Box component="main" sx={{ height: '100%', display: 'grid', placeItems: 'center' }}>
      <ErrorState title={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
    </Box>
  );
}

function Opening() {
  return (
    <Box component="main" sx={{ height: '100%', display: 'grid', placeItems: 'center' }}>
      <LoadingState label="Opening Flux Operations Center" />
    </Box>
  );
}
