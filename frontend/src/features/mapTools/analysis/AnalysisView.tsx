import Typography from '@mui/material/Typography';
import { useMemo } from 'react';

import { areaInput } from '../../../lib/geo/shapes';
import type { Shape } from '../../../lib/geo/shapes';
import { OnDemand } from '../../../ui/OnDemand';

import { LinesAround, NearestAssets } from './Around';
import { ClassRow } from './ClassRow';
import { Concerned } from './Concerned';
import { Download } from './Download';
import { IfItFails } from './IfItFails';
import { classesFor } from './classes';

interface Props {
  shape: Shape;
  permissions: ReadonlySet<string>;
  timeZone: string | undefined;
  onGo: (assetId: string, at: { lon: number; lat: number }) => void;
  onFail: (assetIds: readonly string[]) => void;
}

/** What is inside a shape, whom it concerns, and what would fail. */
export function AnalysisView({ shape, permissions, timeZone, onGo, onFail }: Props) {
  const area = useMemo(() => areaInput(shape), [shape]);
  const classes = useMemo(() => classesFor(permissions), [permissions]);
  const [centre] = shape.points;
  const key = JSON.stringify(area);
  return (
    <div data-testid="analysis" key={key}>
      {permissions.has('grid.view_customer') && (
        <OnDemand title="Whom it concerns" isOpenAtFirst>
          <Concerned area={area} timeZone={timeZone} />
        </OnDemand>
      )}
      <OnDemand title="What is inside" isOpenAtFirst>
        {classes.length === 0 && <Typography variant="caption">Your account may see none of it.</Typography>}
        {classes.map((info) => (
          <ClassRow key={info.kind} area={area} info={info} onGo={onGo} />
        ))}
        {classes.length > 0 && <Download area={area} classes={classes} />}
      </OnDemand>
      {permissions.has('grid.view_circuit') && (
        <OnDemand title="If all of it failed">
          <IfItFails area={area} onFail={permissions.has('cascade.add_cascaderun') ? onFail : null} />
        </OnDemand>
      )}
      {shape.kind === 'circle' && shape.radiusM !== null && centre !== undefined && (
        <>
          <OnDemand title="Nearest to the centre">
            <NearestAssets centre={centre} radiusM={shape.radiusM} classes={classes} onGo={onGo} />
          </OnDemand>
          {permissions.has('grid.view_linesection') && permissions.has('grid.view_branch') && (
            <OnDemand title="Lines">
              <LinesAround centre={centre} radiusM={shape.radiusM} onGo={onGo} />
            </OnDemand>
          )}
        </>
      )}
    </div>
  );
}
