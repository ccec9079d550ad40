import type { Words } from '../vocabulary';

/** Spanish, as customers in Latin America write it. */
export const es: Words = {
	courtesy:
		'por favor, por fa, porfa, porfis, porfavor, xfa, gracias, muchas gracias, grax, hola, buenas, buen dia, buenos dias, buenas tardes, buenas noches, disculpa, perdon, senor, senora, senorita, amigo, amiga',
	articles: 'un, una, mi, mis, su, al, del, de',
	definite: 'el, la, lo',
	plurals: 'los, las, unos, unas',
	pointing: 'opcion, opciones, opc, op, numero, num, nro, respuesta, alternativa, #',
	wishes:
		'quiero, quisiera, queria, deseo, necesito, prefiero, elijo, escojo, seria, es, para, dame, me gustaria, me quedo con, doy, le doy, te doy, les doy, puedo, podria, ya, solo, mejor, ahora, ahorita, urgente',
	joining: 'a, a la, en, con, por, que, y, o, u',
	weak: 'tu, saber, ver, hacer, tener, ser, estar, esta, donde, cuando, como, cual, muy, mas, otro, se',
	negations: 'no, sin, ni, nunca, nada, ningun, ninguna, ninguno, tampoco, menos',
	numbers:
		'uno, dos, tres, cuatro, cinco, seis, siete, ocho, nueve, diez, once, doce, trece, catorce, quince, dieciseis, diecisiete, dieciocho, diecinueve, veinte',
	ordinals: 'primer, segund, tercer, cuart, quint, sext, septim, octav, noven, decim',
	yes: 'si, sip, sisi, simon, ok, okay, okey, oki, okis, claro, claro que si, por supuesto, por supuesto que si, obvio, obvio que si, que si, vale, dale, listo, va, sale, orale, de una, correcto, exacto, hecho, asi es, confirmo, confirmar, de acuerdo, acepto, aceptar, apruebo, aprobar, perfecto, excelente, genial, esta bien, bueno, aja',
	no: 'no, no acepto, no confirmo, no estoy de acuerdo, nop, nel, nah, negativo, para nada, claro que no, por supuesto que no, obvio que no, que no, nunca, jamas, rechazo, rechazar, cancelar',
	agreeing: 'no hay problema, sin problema, no te preocupes, todo bien, muy bien, bien, super',
	postponing: 'todavia, aun, hoy, por ahora, por el momento, de momento',
};
