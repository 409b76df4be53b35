import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

interface MessageProps {
  title: string;
  detail?: ReactNode;
  action?: ReactNode;
  role?: 'status' | 'alert';
  testId?: string;
}

function Message({ title, detail, action, role = 'status', testId }: MessageProps) {
  return (
    <Box role={role} data-testid={testId} sx={{ p: 2, textAlign: 'center' }}>
      <Typography variant="h3" component="p" color={role === 'alert' ? 'error' : 'textPrimary'}>
        {title}
      </Typography>
      {detail !== undefined && (
        <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 0.5, overflowWrap: 'anywhere' }}>
          {detail}
        </Typography>
      )}
      {action !== undefined && <Box sx={{ mt: 1 }}>{action}</Box>}
    </Box>
  );
}

export function EmptyState(props: { title: string; detail?: ReactNode; action?: ReactNode }) {
  return <Message {...props} testId="empty-state" />;
}

export function ErrorState({ title, detail, onRetry }: { title: string; detail?: ReactNode; onRetry?: () => void }) {
  return (
    <Message
      title={title}
      detail={detail}
      role="alert"
      testId="error-state"
      action={
        onRetry === undefined ? undefined : (
          <Button variant="outlined" onClick={onRetry}>
            Try again
          </Button>
        )
      }
    />
  );
}

/** An error in a bar of one line. */
export function ErrorLine({ title, onRetry }: { title: string; onRetry: () => void }) {
  return (
    <Box role="alert" data-testid="error-state" sx={{ display: 'flex', alignItems: 'center', gap: 1.5, px: 2, minWidth: 0 }}>
      <Typography variant="caption" color="error" noWrap title={title}>
        {title}
      </Typography>
      <Button variant="outlined" color="inherit" onClick={onRetry} sx={{ flexShrink: 0, py: 0 }}>
        Try again
      </Button>
    </Box>
  );
}

/** Room is reserved, so that nothing jumps when the content arrives. */
export function LoadingState({ label, minHeight = 96 }: { label: string; minHeight?: number }) {
  return (
    <Box
      role="status"
      aria-label={label}
      data-testid="loading-state"
      sx={{ minHeight, display: 'grid', placeItems: 'center' }}
    >
      <CircularProgress size={22} thickness={5} aria-hidden />
    </Box>
  );
}
