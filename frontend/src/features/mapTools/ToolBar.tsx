import Divider from '@mui/material/Divider';
import IconButton from '@mui/material/IconButton';
import Paper from '@mui/material/Paper';
import Tooltip from '@mui/material/Tooltip';
import { useRef } from 'react';
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react';

import type { Store } from '../../lib/store';
import { DeleteIcon, HomeIcon } from '../../ui/icons';

import { chosen, cleared, redone, undone } from './drawing';
import type { Drawing } from './drawing';
import { AreaIcon, CircleIcon, MinusIcon, PlusIcon, PolygonIcon, RectangleIcon, RedoIcon, RulerIcon, SelectIcon, UndoIcon } from './icons';
import { TOOLS } from './tools';
import type { Tool } from './tools';

const ICONS: Readonly<Record<Tool, ReactNode>> = {
  select: <SelectIcon fontSize="small" />,
  distance: <RulerIcon fontSize="small" />,
  area: <AreaIcon fontSize="small" />,
  circle: <CircleIcon fontSize="small" />,
  rectangle: <RectangleIcon fontSize="small" />,
  polygon: <PolygonIcon fontSize="small" />,
};

interface Props {
  drawing: Drawing;
  store: Store<Drawing>;
  onZoom: (levels: number) => void;
  onHome: () => void;
  /** More buttons, after the tools. */
  children?: ReactNode;
}

/** The tools of the map. Arrow keys go from one to the next. */
export function ToolBar({ drawing, store, onZoom, onHome, children }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  return (
    <Paper
      ref={ref}
      variant="outlined"
      role="toolbar"
      aria-label="Tools of the map"
      aria-orientation="vertical"
      data-testid="map-toolbar"
      onKeyDown={(event) => moveFocus(event, ref.current)}
      sx={{ display: 'flex', flexDirection: 'column', p: 0.25, pointerEvents: 'auto', '& hr': { my: 0.25 } }}
    >
      {TOOLS.map(({ key, label, shortcut }) => (
        <ToolButton
          key={key}
          label={label}
          shortcut={shortcut}
          testId={`tool-${key}`}
          isPressed={drawing.tool === key}
          onClick={() => store.set((now) => chosen(now, now.tool === key ? 'select' : key))}
        >
          {ICONS[key]}
        </ToolButton>
      ))}
      <Divider />
      <ToolButton
        label="Undo"
        shortcut="Ctrl+Z"
        testId="tool-undo"
        isDisabled={drawing.past.length === 0 && drawing.draft.length === 0}
        onClick={() => store.set(undone)}
      >
        <UndoIcon fontSize="small" />
      </ToolButton>
      <ToolButton label="Redo" shortcut="Ctrl+Y" testId="tool-redo" isDisabled={drawing.future.length === 0} onClick={() => store.set(redone)}>
        <RedoIcon fontSize="small" />
      </ToolButton>
      <ToolButton label="Clear what is drawn" shortcut="Esc" testId="tool-clear" isDisabled={drawing.shapes.length === 0} onClick={() => store.set(cleared)}>
        <DeleteIcon fontSize="small" />
      </ToolButton>
      {children}
      <Divider />
      <ToolButton label="Zoom in" shortcut="+" testId="zoom-in" onClick={() => onZoom(1)}>
        <PlusIcon fontSize="small" />
      </ToolButton>
      <ToolButton label="Zoom out" shortcut="-" testId="zoom-out" onClick={() => onZoom(-1)}>
        <MinusIcon fontSize="small" />
      </ToolButton>
      <ToolButton label="Show the whole territory" shortcut="H" testId="zoom-home" onClick={onHome}>
        <HomeIcon fontSize="small" />
      </ToolButton>
    </Paper>
  );
}

interface ButtonProps {
  label: string;
  shortcut?: string;
  testId: string;
  isPressed?: boolean;
  isDisabled?: boolean;
  /** It opens a menu. */
  hasMenu?: boolean;
  onClick: (event: MouseEvent<HTMLButtonElement>) => void;
  children: ReactNode;
}

/** An icon with its name and its key. */
export function ToolButton({ label, shortcut, testId, isPressed, isDisabled = false, hasMenu = false, onClick, children }: ButtonProps) {
  return (
    <Tooltip title={shortcut === undefined ? label : `${label} (${shortcut})`} placement="left" describeChild={false}>
      {/* A disabled button hears nothing of the pointer: the span keeps its tooltip. */}
      <span>
        <IconButton
          aria-label={label}
          aria-pressed={hasMenu ? undefined : isPressed}
          aria-haspopup={hasMenu ? 'menu' : undefined}
          aria-expanded={hasMenu ? isPressed : undefined}
          aria-keyshortcuts={shortcut === undefined ? undefined : shortcut.replace('Ctrl', 'Control').replace(/\+$/, 'Plus')}
          data-testid={testId}
          disabled={isDisabled}
          onClick={onClick}
          sx={{
            borderRadius: 1,
            p: 0.5,
            ...(isPressed === true && { bgcolor: 'primary.main', color: 'primary.contrastText', '&:hover': { bgcolor: 'primary.main' } }),
          }}
        >
          {children}
        </IconButton>
      </span>
    </Tooltip>
  );
}

function moveFocus(event: KeyboardEvent, bar: HTMLElement | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || bar === null) return;
  const buttons = [...bar.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
  const now = buttons.findIndex((button) => button === document.activeElement);
  if (now < 0) return;
  event.preventDefault();
  event.stopPropagation();
  buttons[(now + step + buttons.length) % buttons.length]?.focus();
}
