import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import type { ReactNode } from 'react';

import { AddIcon, CloseIcon, DockIcon, DownloadIcon, FloatIcon, ListIcon } from '../../ui/icons';

import { closePanel } from './panelState';

interface Props {
  title: string;
  subtitle: string;
  threadId: string | null;
  isListShown: boolean;
  /** Null: the window has no room for a choice. */
  isDocked: boolean | null;
  onList: () => void;
  onNew: () => void;
  onDock: (isDocked: boolean) => void;
}

/** The panel's title and what can be done with the conversation and the panel. */
export function PanelHeader({ title, subtitle, threadId, isListShown, isDocked, onList, onNew, onDock }: Props) {
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', pl: 1.5, pr: 0.5, minHeight: 40, borderBottom: 1, borderColor: 'divider', flexShrink: 0 }}>
      <Box sx={{ flex: 1, minWidth: 0, py: 0.5 }}>
        <Typography variant="h3" component="h2" noWrap title={title} sx={{ m: 0 }} data-testid="assistant-title">
          {title}
        </Typography>
        <Typography variant="caption" component="p" color="textSecondary" noWrap title={subtitle} sx={{ m: 0, fontSize: '0.6875rem' }} data-testid="assistant-backend">
          {subtitle}
        </Typography>
      </Box>
      <Action label="Conversations" isPressed={isListShown} onClick={onList} testId="assistant-list">
        <ListIcon />
      </Action>
      <Action label="New conversation" onClick={onNew} testId="assistant-new">
        <AddIcon />
      </Action>
      <ExportMenu threadId={threadId} />
      {isDocked !== null && (
        <Action label={isDocked ? 'Lay it over the page' : 'Dock it beside the page'} onClick={() => onDock(!isDocked)} testId="assistant-dock">
          {isDocked ? <FloatIcon /> : <DockIcon />}
        </Action>
      )}
      <Action label="Close the assistant (Esc)" onClick={closePanel} testId="assistant-close">
        <CloseIcon />
      </Action>
    </Box>
  );
}

interface ActionProps {
  label: string;
  onClick: () => void;
  testId: string;
  isPressed?: boolean;
  children: ReactNode;
}

function Action({ label, onClick, testId, isPressed, children }: ActionProps) {
  return (
    <Tooltip title={label}>
      <IconButton aria-label={label} aria-pressed={isPressed} color={isPressed === true ? 'primary' : 'default'} onClick={onClick} data-testid={testId} sx={{ '& svg': { fontSize: 19 } }}>
        {children}
      </IconButton>
    </Tooltip>
  );
}

/** The conversation as a file; the server writes it. */
function ExportMenu({ threadId }: { threadId: string | null }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  if (threadId === null) return null;
  const base = `/assistant/threads/${encodeURIComponent(threadId)}/export`;
  return (
    <>
      <Tooltip title="Export the conversation">
        <IconButton
          aria-label="Export the conversation"
          aria-haspopup="menu"
          aria-expanded={anchor !== null}
          onClick={(event) => setAnchor(event.currentTarget)}
          data-testid="assistant-export"
          sx={{ '& svg': { fontSize: 19 } }}
        >
          <DownloadIcon />
        </IconButton>
      </Tooltip>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {[
          { label: 'Markdown', extension: 'md' },
          { label: 'JSON', extension: 'json' },
        ].map(({ label, extension }) => (
          <MenuItem dense key={extension} component="a" href={`${base}.${extension}`} download onClick={() => setAnchor(null)} data-testid={`export-${extension}`}>
            {label}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
