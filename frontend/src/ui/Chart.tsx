import { useTheme } from '@mui/material/styles';
import { BarChart, LineChart, SankeyChart } from 'echarts/charts';
import type { BarSeriesOption, LineSeriesOption, SankeySeriesOption } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import type { AriaComponentOption, GridComponentOption, LegendComponentOption, TooltipComponentOption } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import type { ComposeOption, EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useEffectEvent, useRef } from 'react';

register([BarChart, LineChart, SankeyChart, GridComponent, LegendComponent, TooltipComponent, MarkLineComponent, AriaComponent, SVGRenderer]);

export type ChartOption = ComposeOption<
  BarSeriesOption | LineSeriesOption | SankeySeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption | AriaComponentOption
>;

interface Props {
  option: ChartOption;
  heightPx: number;
  label: string;
  /** A click on the part of a series with this number. Offer the same by keyboard beside the chart. */
  onPick?: (dataIndex: number) => void;
}

/** An ECharts chart in SVG. `label` is what a screen reader says of it. */
export function Chart({ option, heightPx, label, onPick }: Props) {
  const containerRef = useRef<HTMLDivElement>(null);
  const chartRef = useRef<EChartsType | null>(null);
  const { mode } = useTheme().palette;

  const picked = useEffectEvent((dataIndex: number) => onPick?.(dataIndex));
  useEffect(() => {
    const container = containerRef.current;
    if (container === null) return undefined;
    const chart = init(container, mode === 'dark' ? 'dark' : null, { renderer: 'svg' });
    chartRef.current = chart;
    chart.on('click', ({ dataIndex }) => picked(dataIndex));
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(container);
    return () => {
      observer.disconnect();
      chart.dispose();
      chartRef.current = null;
    };
  }, [mode]);

  useEffect(() => {
    chartRef.current?.setOption(
      {
        backgroundColor: 'transparent',
        animation: false,
        textStyle: { fontFamily: 'Roboto, sans-serif' },
        aria: { enabled: true, label: { description: label } }, ...option },
      { notMerge: true },
    );
  }, [option, label, mode]);

  return <div ref={containerRef} role="img" aria-label={label} data-testid="chart" style={{ height: heightPx }} />;
}
