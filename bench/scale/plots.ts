import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import * as echarts from 'echarts';

export interface Series {
	name: string;
	/** Pairs for an axis of numbers, else one value for each category. */
	data: Array<number | [number, number]>;
	kind?: 'line' | 'bar';
	/** Series of one stack are drawn on top of each other. */
	stack?: string;
}

export interface Plot {
	title: string;
	subtitle?: string;
	/** Names of what is measured, with units. */
	x: string;
	y: string;
	/** Absent: the x axis has numbers. */
	categories?: string[];
	isLogarithmic?: boolean;
	series: Series[];
}

const SIZE = { width: 820, height: 460 };
/** Told apart also by those who do not see all colours (Okabe and Ito). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#666666', '#8c6d1f'];
const INK = '#222222';

function axis(name: string, gap: number) {
	return {
		name,
		nameLocation: 'middle' as const,
		nameGap: gap,
		nameTextStyle: { color: INK },
		axisLabel: { color: INK },
	};
}

/** Draws a plot as SVG on white, so that it can be read on a dark page as well. */
export function writePlot(file: string, plot: Plot): void {
	const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
	const scale = plot.isLogarithmic === true ? ('log' as const) : ('value' as const);
	chart.setOption({
		animation: false,
		backgroundColor: '#ffffff',
		color: COLOURS,
		title: {
			text: plot.title,
			...(plot.subtitle === undefined ? {} : { subtext: plot.subtitle }),
			left: 'center',
			textStyle: { color: INK, fontSize: 16 },
			subtextStyle: { color: INK },
		},
		legend: { bottom: 4, textStyle: { color: INK }, icon: 'roundRect' },
		grid: { left: 70, right: 30, top: 70, bottom: plot.series.length > 5 ? 105 : 85 },
		xAxis: plot.categories
			? { type: 'category', data: plot.categories, ...axis(plot.x, 28) }
			: { type: scale, ...axis(plot.x, 28) },
		yAxis: { type: scale, ...axis(plot.y, 48) },
		series: plot.series.map(({ data, kind = 'line', name, stack }) =>
			kind === 'bar'
				? {
						type: 'bar' as const,
						name,
						data,
						...(stack === undefined
							? { label: { show: true, position: 'top' as const, color: INK } }
							: { stack }),
					}
				: { type: 'line' as const, name, data, showSymbol: data.length < 20, symbolSize: 7 },
		),
	});
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, `${chart.renderToSVGString()}\n`);
	chart.dispose();
}
