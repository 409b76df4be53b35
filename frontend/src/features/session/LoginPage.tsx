import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useRef, useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useMutation } from 'urql';

import { problemOf, problemOfInfo } from '../../lib/graphql/errors';
import type { Problem } from '../../lib/graphql/errors';

import { LoginMutation } from './queries';

export type LoginReason = 'signed-out' | 'expired' | null;

interface Props {
  reason: LoginReason;
  onLoggedIn: () => void;
}

/** Headline of a refused login; the server's own words follow it. */
function headline(problem: Problem): string {
  switch (problem.code) {
    case 'NETWORK':
      return 'Server not reachable';
    case 'LIMIT_EXCEEDED':
      return 'Too many tries';
    case 'DATABASE_UNAVAILABLE':
      return 'Sign-in is not available';
    default:
      return 'Not signed in';
  }
}

export function LoginPage({ reason, onLoggedIn }: Props) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [{ fetching }, login] = useMutation(LoginMutation);
  const passwordRef = useRef<HTMLInputElement>(null);

  const submit = async (): Promise<void> => {
    if (username.trim() === '' || password === '') {
      setProblem({ code: 'BAD_INPUT', message: 'Enter both user name and password.', field: null });
      return;
    }
    setProblem(null);
    const result = await login({ input: { username: username.trim(), password } });
    if (result.error !== undefined) {
      setProblem(problemOf(result.error));
    } else if (result.data?.login.__typename === 'OperationInfo') {
      setProblem(problemOfInfo(result.data.login));
      setPassword('');
      passwordRef.current?.focus();
    } else if (result.data?.login.__typename === 'Viewer') {
      onLoggedIn();
    }
  };

  const onSubmit = (event: SyntheticEvent): void => {
    event.preventDefault();
    void submit();
  };

  return (
    <Box component="main" sx={{ height: '100%', display: 'grid', placeItems: 'center', p: 2, overflow: 'auto' }}>
      <Paper variant="outlined" sx={{ width: 'min(380px, 100%)', p: 3.5 }} data-testid="login-page">
        <Typography variant="h1" sx={{ mb: 2.5 }}>Flux Operations Center</Typography>
        {reason === 'expired' && problem === null && (
          <Alert severity="info" variant="outlined" sx={{ mb: 2 }}>
            Your session has ended. Sign in to continue where you were.
          </Alert>
        )}
        {problem !== null && (
          <Alert severity="error" variant="outlined" sx={{ mb: 2 }} data-testid="login-error" data-code={problem.code}>
            <strong>{headline(problem)}.</strong> {problem.message}
          </Alert>
        )}
        <Box component="form" onSubmit={onSubmit} noValidate sx={{ display: 'grid', gap: 2 }}>
          <TextField
            label="User name"
            value={username}
            onChange={(event) => setUsername(event.target.value)}
            autoComplete="username"
            autoFocus
            required
            slotProps={{ htmlInput: { 'data-testid': 'login-username', maxLength: 150 } }}
          />
          <TextField
            label="Password"
            type="password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            autoComplete="current-password"
            required
            inputRef={passwordRef}
            slotProps={{ htmlInput: { 'data-testid': 'login-password', maxLength: 4096 } }}
          />
          <Button type="submit" variant="contained" size="medium" loading={fetching} data-testid="login-submit">
            Sign in
          </Button>
        </Box>
      </Paper>
    </Box>
  );
}
