/** What the shop sells. Data only, so that a server can price a cart from the same list. */

export type Category = 'Coffee' | 'Gear' | 'Cups'

export interface Product {
  sku: string
  name: string
  category: Category
  /** Unit price in euros. */
  price: number
  /** One line under the name. */
  blurb: string
  /** Size or weight. */
  unit: string
}

export const categories: readonly Category[] = ['Coffee', 'Gear', 'Cups']

export const products: readonly Product[] = [
  {
    sku: 'coffee-ayla',
    name: 'Ayla',
    category: 'Coffee',
    price: 14.5,
    blurb: 'Ethiopia, natural. Strawberry, bergamot, honey.',
    unit: '250 g',
  },
  {
    sku: 'gear-heron',
    name: 'Heron kettle',
    category: 'Gear',
    price: 79,
    blurb: 'A gooseneck that pours exactly where you look.',
    unit: '0.9 l',
  },
  {
    sku: 'cups-ridge',
    name: 'Ridge mug',
    category: 'Cups',
    price: 18,
    blurb: 'Ribbed stoneware that keeps both hands warm.',
    unit: '300 ml',
  },
  {
    sku: 'coffee-cumbre',
    name: 'Cumbre',
    category: 'Coffee',
    price: 13,
    blurb: 'Guatemala, washed. Cocoa, red apple, almond.',
    unit: '250 g',
  },
  {
    sku: 'gear-cone',
    name: 'Cone dripper',
    category: 'Gear',
    price: 34,
    blurb: 'Stoneware cone with its own glass carafe.',
    unit: '600 ml',
  },
  {
    sku: 'cups-dot',
    name: 'Dot espresso cup',
    category: 'Cups',
    price: 14,
    blurb: 'Thick walls, a thin rim, and a saucer.',
    unit: '80 ml',
  },
  {
    sku: 'coffee-harbour',
    name: 'Harbour',
    category: 'Coffee',
    price: 12,
    blurb: 'Espresso blend. Caramel, walnut, no sharp edges.',
    unit: '250 g',
  },
  {
    sku: 'gear-mill',
    name: 'Mill No. 2',
    category: 'Gear',
    price: 95,
    blurb: 'Hand grinder with steel burrs. Quiet enough for six a.m.',
    unit: '30 g',
  },
  {
    sku: 'cups-twin',
    name: 'Twin glass',
    category: 'Cups',
    price: 22,
    blurb: 'Double-walled, so the latte is hot and you are not.',
    unit: '250 ml',
  },
  {
    sku: 'coffee-lull',
    name: 'Lull decaf',
    category: 'Coffee',
    price: 13.5,
    blurb: 'Colombia, sugar-cane decaf. Plum, toffee, sleep.',
    unit: '250 g',
  },
  {
    sku: 'gear-press',
    name: 'Quiet press',
    category: 'Gear',
    price: 42,
    blurb: 'French press with a double filter and no rattle.',
    unit: '1 l',
  },
  {
    sku: 'cups-transit',
    name: 'Transit tumbler',
    category: 'Cups',
    price: 29,
    blurb: 'Leaves the house hot, arrives hot. Never in a bin.',
    unit: '350 ml',
  },
]
