import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import GlobalStyles from '@mui/material/GlobalStyles';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import { useEffect, useRef, useState } from 'react';
import embed from 'vega-embed';
import type { EmbedOptions, Result, VisualizationSpec } from 'vega-embed';
import { expressionInterpreter } from 'vega-interpreter';

import { download, downloadFrom } from '../../lib/download';

import { chartLook } from './chartLook';
import { chartConfig, readySpec } from './chartSpec';
import type { ChartEvent } from './events';
import { textIn } from './json';
import { fileName } from './table';

const PNG_SCALE = 2;
const ERRORS_ONLY = 1;

function refuse(): Promise<never> {
  return Promise.reject(new Error('A chart may show only the data that came with it.'));
}

/** A chart has its data in it: it may fetch nothing and lead nowhere. */
const LOADER = { load: refuse, sanitize: refuse, http: refuse, file: refuse } as unknown as EmbedOptions['loader'];

/** A Vega-Lite chart in the app's colours, drawn without evaluating code: the page's policy forbids it. */
export function VegaChart({ chart }: { chart: ChartEvent }) {
  const theme = useTheme();
  const placeRef = useRef<HTMLDivElement>(null);
  const resultRef = useRef<Result | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const title = chart.title ?? textIn(chart.spec.title) ?? 'Chart';

  useEffect(() => {
    const place = placeRef.current;
    if (place === null) return undefined;
    let isGone = false;
    const options: EmbedOptions = {
      mode: 'vega-lite',
      actions: false,
      logLevel: ERRORS_ONLY,
      renderer: 'svg',
      ast: true,
      expr: expressionInterpreter,
      defaultStyle: false,
      // The handler would add a style element, which the page's policy forbids too; the styles are below.
      tooltip: { disableDefaultStyle: true, theme: 'app' },
      loader: LOADER,
      config: chartConfig(chartLook(theme)),
    };
    embed(place, readySpec(chart.spec) as unknown as VisualizationSpec, options).then(
      (result) => {
        if (isGone) result.finalize();
        else {
          resultRef.current = result;
          setFailure(null);
        }
      },
      (error: unknown) => {
        if (!isGone) setFailure(error instanceof Error ? error.message : 'The chart cannot be drawn.');
      },
    );
    return () => {
      isGone = true;
      resultRef.current?.finalize();
      resultRef.current = null;
    };
  }, [chart.spec, theme]);

  const savePng = async (): Promise<void> => {
    const url = await resultRef.current?.view.toImageURL('png', PNG_SCALE);
    if (url !== undefined) downloadFrom(fileName(title, 'png'), url);
  };
  const saveSvg = async (): Promise<void> => {
    const svg = await resultRef.current?.view.toSVG();
    if (svg !== undefined) download(fileName(title, 'svg'), svg, 'image/svg+xml');
  };

  return (
    <Box component="section" aria-label={title} data-testid="answer-chart" sx={{ border: 1, borderColor: 'divider', borderRadius: 1 }}>
      <GlobalStyles styles={TOOLTIP_STYLES(theme.palette.background.paper, theme.palette.text.primary, theme.palette.divider)} />
      <Box sx={{ display: 'flex', alignItems: 'center', pl: 1, minHeight: 30 }}>
        <Typography variant="caption" component="h4" noWrap title={title} sx={{ m: 0, fontWeight: 500, flex: 1, minWidth: 0 }}>
          {title}
        </Typography>
        <Button color="inherit" onClick={() => void savePng()} sx={{ minWidth: 0 }} aria-label="Save as PNG" disabled={failure !== null}>
          PNG
        </Button>
        <Button color="inherit" onClick={() => void saveSvg()} sx={{ minWidth: 0 }} aria-label="Save as SVG" disabled={failure !== null}>
          SVG
        </Button>
      </Box>
      {failure !== null && (
        <Typography variant="caption" component="p" color="textSecondary" role="note" sx={{ m: 0, p: 1 }}>
          The chart cannot be drawn: {failure}
        </Typography>
      )}
      <Box ref={placeRef} sx={{ width: '100%', overflowX: 'auto', '& svg': { display: 'block' } }} />
    </Box>
  );
}

const TOOLTIP_STYLES = (background: string, colour: string, line: string) => ({
  '#vg-tooltip-element': { visibility: 'hidden', position: 'fixed', zIndex: 1500, padding: 8, pointerEvents: 'none' },
  '#vg-tooltip-element.visible': { visibility: 'visible' },
  '#vg-tooltip-element.app-theme': {
    background,
    color: colour,
    border: `1px solid ${line}`,
    borderRadius: 4,
    font: '12px Roboto, sans-serif',
  },
  '#vg-tooltip-element td.key': { opacity: 0.75, textAlign: 'right', paddingRight: 6 },
});
