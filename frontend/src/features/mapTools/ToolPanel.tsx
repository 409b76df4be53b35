import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import IconButton from '@mui/material/IconButton';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useState } from 'react';

import { isAnalysed } from '../../lib/geo/shapes';
import type { Shape, ShapeKind } from '../../lib/geo/shapes';
import type { Store } from '../../lib/store';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { Fold } from '../../ui/Fold';
import { LoadingState } from '../../ui/StateMessage';
import { ChevronDownIcon, ChevronRightIcon, CloseIcon, TargetIcon } from '../../ui/icons';

import { MeasureView } from './MeasureView';
import { TypedShape } from './TypedShape';
import { activated, added, finished, removed, replaced } from './drawing';
import type { Drawing } from './drawing';
import { TOOLS } from './tools';

const AnalysisView = lazy(() => import('./analysis/AnalysisView').then((module) => ({ default: module.AnalysisView })));

const NAMES: Readonly<Record<ShapeKind, string>> = {
  distance: 'Distance',
  area: 'Area',
  circle: 'Around a point',
  rectangle: 'In a rectangle',
  polygon: 'In a polygon',
};

interface Props {
  drawing: Drawing;
  store: Store<Drawing>;
  permissions: ReadonlySet<string>;
  timeZone: string | undefined;
  onZoomTo: (shape: Shape) => void;
  onGo: (assetId: string, at: { lon: number; lat: number }) => void;
  onFail: (assetIds: readonly string[]) => void;
}

/** How to draw, and what was drawn in figures. Nothing while there is neither. */
export function ToolPanel(props: Props) {
  const { drawing, store } = props;
  const [isOpen, setOpen] = useState(true);
  const { tool, shapes, active, draft } = drawing;
  const kind = active === null ? undefined : shapes[active]?.kind;
  // While another shape is drawn, the map is what one needs to see.
  const isShown = kind !== undefined && (tool === 'select' || !isAnalysed(kind));
  const info = TOOLS.find(({ key }) => key === tool);
  if (tool === 'select' && shapes.length === 0) return null;
  return (
    <Paper
      component="section"
      variant="outlined"
      aria-label="Drawn on the map"
      data-testid="tool-panel"
      sx={{ flex: '0 1 320px', minWidth: 240, maxHeight: '100%', display: 'flex', flexDirection: 'column', pointerEvents: 'auto' }}
    >
      <Button
        color="inherit"
        fullWidth
        onClick={() => setOpen(!isOpen)}
        aria-expanded={isOpen}
        endIcon={isOpen ? <ChevronDownIcon /> : <ChevronRightIcon />}
        sx={{ justifyContent: 'space-between', px: 1.5 }}
      >
        {tool === 'select' ? 'Drawn on the map' : (info?.label ?? '')}
      </Button>
      {isOpen && (
        <Box tabIndex={0} role="region" aria-label="Figures of what is drawn" sx={{ overflowY: 'auto', px: 1.5, pb: 1 }}>
          {tool !== 'select' && (
            <Box sx={{ mb: 1 }}>
              <Typography variant="caption" component="p" role="status" color="textSecondary">
                {info?.hint} Ctrl+Z takes the last step back, Esc stops.
              </Typography>
              {draft.length > 0 && tool !== 'circle' && tool !== 'rectangle' && (
                <Button variant="outlined" onClick={() => store.set(finished)} sx={{ mt: 0.5 }} data-testid="finish-shape">
                  Done
                </Button>
              )}
              <Fold summary="Type the coordinates" testId="typed-shape">
                <TypedShape key={tool} kind={tool} shape={null} onShape={(shape) => store.set((now) => added(now, shape))} />
              </Fold>
            </Box>
          )}
          {shapes.length > 1 && tool === 'select' && (
            <Box role="group" aria-label="Shapes" sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5, mb: 0.75 }}>
              {shapes.map((shape, i) => (
                <Chip
                  // Shapes have no name but their place in the list.
                  key={i}
                  label={`${i + 1} ${NAMES[shape.kind]}`}
                  variant={i === active ? 'filled' : 'outlined'}
                  color={i === active ? 'primary' : 'default'}
                  aria-pressed={i === active}
                  onClick={() => store.set((now) => activated(now, i))}
                />
              ))}
            </Box>
          )}
          {active !== null && isShown && <ActiveShape {...props} index={active} />}
        </Box>
      )}
    </Paper>
  );
}

function ActiveShape({ drawing, store, permissions, timeZone, onZoomTo, onGo, onFail, index }: Props & { index: number }) {
  const { shapes, held } = drawing;
  const shape = shapes[index];
  if (shape === undefined) return null;
  // While it is dragged the server is not asked at every step.
  const settled = held?.shape === index ? held.before : shape;
  return (
    <Box component="article" aria-label={NAMES[shape.kind]} data-testid="active-shape" data-kind={shape.kind}>
      <Box sx={{ display: 'flex', alignItems: 'center' }}>
        <Typography variant="overline" component="p" color="textSecondary" sx={{ flex: 1 }}>
          {NAMES[shape.kind]}
        </Typography>
        <IconButton aria-label="Zoom to it" onClick={() => onZoomTo(shape)}>
          <TargetIcon fontSize="small" />
        </IconButton>
        <IconButton aria-label="Remove it" onClick={() => store.set((now) => removed(now, index))} data-testid="remove-shape">
          <CloseIcon fontSize="small" />
        </IconButton>
      </Box>
      <MeasureView shape={shape} />
      <Fold summary="Coordinates">
        <TypedShape key={JSON.stringify(settled)} kind={shape.kind} shape={settled} onShape={(next) => store.set((now) => replaced(now, index, next))} />
      </Fold>
      {isAnalysed(shape.kind) && (
        <ErrorBoundary name="The analysis">
          <Suspense fallback={<LoadingState label="Loading the analysis" />}>
            <AnalysisView shape={settled} permissions={permissions} timeZone={timeZone} onGo={onGo} onFail={onFail} />
          </Suspense>
        </ErrorBoundary>
      )}
    </Box>
  );
}
