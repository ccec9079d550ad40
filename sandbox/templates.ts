import type { Template } from './types';

/** Names its parameters in the order of the text. */
function params(...labels: string[]): Template['params'] {
	return labels.map((label, index) => ({ label, param: String(index + 1) }));
}

const USUAL = { language: 'ES', category: 'UTILITY', status: 'APPROVED' } as const;

/** The templates of a project when none are given. */
export const DEMO_TEMPLATES: Template[] = [
	{
		...USUAL,
		elementName: 'order_shipped',
		displayName: 'Pedido enviado',
		template:
			'Hola {{1}}, tu pedido {{2}} ya va en camino y llega el {{3}}. Si tienes alguna duda, responde a este mensaje.',
		params: params('Nombre', 'Número de pedido', 'Día de entrega'),
	},
	{
		...USUAL,
		elementName: 'order_shipped',
		displayName: 'Order shipped',
		language: 'EN',
		template:
			'Hello {{1}}, your order {{2}} is on its way and arrives on {{3}}. Reply to this message if you have any questions.',
		params: params('Name', 'Order number', 'Day of delivery'),
	},
	{
		...USUAL,
		elementName: 'follow_up',
		displayName: 'Seguimiento',
		template:
			'Hola {{1}}, la última vez quedó algo pendiente. ¿Seguimos? Responde a este mensaje y te ayudamos.',
		params: params('Nombre'),
	},
	{
		...USUAL,
		elementName: 'follow_up',
		displayName: 'Follow-up',
		language: 'EN',
		template:
			'Hello {{1}}, something was left open last time. Reply to this message, and we will help you with it.',
		params: params('Name'),
	},
	{
		...USUAL,
		elementName: 'appointment_reminder',
		displayName: 'Recordatorio de cita',
		template: 'Hola {{1}}, te recordamos tu cita del {{2}} a las {{3}} en {{4}}.',
		params: params('Nombre', 'Fecha', 'Hora', 'Lugar'),
	},
	{
		...USUAL,
		elementName: 'offer',
		displayName: 'Oferta con imagen',
		category: 'MARKETING',
		template: '¡{{1}}, esta semana {{2}} tiene {{3}} de descuento! Escríbenos para reservar la tuya.',
		params: params('Nombre', 'Producto', 'Descuento'),
		header: 'image',
	},
	{
		...USUAL,
		elementName: 'survey',
		displayName: 'Encuesta',
		template: 'Hola {{1}}, ¿cómo te atendimos hoy?',
		params: params('Nombre'),
		buttons: ['Muy bien', 'Regular', 'Mal'],
	},
	{
		...USUAL,
		elementName: 'welcome_gift',
		displayName: 'Welcome gift',
		language: 'EN',
		category: 'MARKETING',
		template: 'Welcome! Show this message in our shop to get your gift.',
		params: [],
	},
	{
		...USUAL,
		// Paused because too many customers complained about it.
		elementName: 'payment_reminder',
		displayName: 'Recordatorio de pago',
		status: 'DISABLED',
		template: 'Hola {{1}}, tu pago de {{2}} vence el {{3}}.',
		params: params('Nombre', 'Importe', 'Fecha'),
	},
	{
		...USUAL,
		elementName: 'new_policy',
		displayName: 'Nueva política de cambios',
		status: 'PENDING',
		template: 'Hola {{1}}, desde el {{2}} puedes cambiar tu compra durante 30 días.',
		params: params('Nombre', 'Fecha'),
	},
	{
		...USUAL,
		elementName: 'old_offer',
		displayName: 'Oferta anterior',
		category: 'MARKETING',
		status: 'REJECTED',
		template: '¡Compra ya, {{1}}!',
		params: params('Nombre'),
	},
];

/** A template's text with these in place of its parameters. */
export function filled({ template }: Template, parameters: readonly string[]): string {
	return template.replace(/\{\{(\d+)\}\}/g, (whole, number) => parameters[Number(number) - 1] ?? whole);
}
