import { LayerExtension } from '@deck.gl/core';
import type { Layer } from '@deck.gl/core';

/** Uniforms of the arrows; only the time changes from frame to frame. */
const UNIFORMS = /* glsl */ `\
layout(std140) uniform flowArrowsUniforms {
  float seconds;
} flowArrows;
`;

const MODULE = {
  name: 'flowArrows',
  vs: UNIFORMS,
  fs: UNIFORMS,
  uniformTypes: { seconds: 'f32' },
} as const;

/** Arrows repeat every so many line widths, and are this long at the middle of the line. */
const PERIOD_WIDTHS = 7;
const LENGTH_WIDTHS = 0.42;
const SLANT = 0.75;

const SHADERS = {
  modules: [MODULE],
  inject: {
    'vs:#decl': /* glsl */ `
in float instanceFlowSpeeds;
out float vFlowSpeed;
`,
    'vs:#main-end': /* glsl */ `
vFlowSpeed = instanceFlowSpeeds;
`,
    'fs:#decl': /* glsl */ `
in float vFlowSpeed;
`,
    // Chevrons whose tips point the way the line runs.
    'fs:#main-start': /* glsl */ `
float flowAt = mod(vPathPosition.y - flowArrows.seconds * vFlowSpeed, ${PERIOD_WIDTHS.toFixed(1)}) + ${SLANT} * abs(vPathPosition.x);
if (flowAt < 1.0 || flowAt > ${(1 + LENGTH_WIDTHS).toFixed(2)}) discard;
`,
  },
};

export interface FlowProps {
  /** Line widths a second, of each line. */
  getFlowSpeed?: unknown;
  seconds?: number;
}

/** Draws a path as arrows that run along it. */
export class FlowExtension extends LayerExtension {
  static override readonly extensionName = 'FlowExtension';
  static override readonly defaultProps = { getFlowSpeed: { type: 'accessor', value: 1 }, seconds: 0 };

  override getShaders(): typeof SHADERS {
    return SHADERS;
  }

  override initializeState(this: Layer<FlowProps>): void {
    this.getAttributeManager()?.addInstanced({ instanceFlowSpeeds: { size: 1, accessor: 'getFlowSpeed' } });
  }

  override draw(this: Layer<FlowProps>): void {
    this.setShaderModuleProps({ flowArrows: { seconds: this.props.seconds ?? 0 } });
  }
}
