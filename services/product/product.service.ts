import { DataTypes } from "sequelize";

import { service } from "../../lib/service";
import { adjustStock } from "./adjust-stock";
import { countCanceled, countCompleted } from "./count-sales";
import { createProduct } from "./create-product";
import { editProduct } from "./edit-product";
import { listProducts } from "./list-products";
import { catalogue } from "./migrations/0001-catalogue";
import { edits } from "./migrations/0002-edits";
import { deadLetters } from "./migrations/0003-dead-letters";
import { parkedEvents } from "./migrations/0004-parked-events";
import { productNames } from "./product-names";
import { product } from "./product.contract";
import { quoteProducts, readProduct } from "./read-products";
import { removeProduct } from "./remove-product";
import { reserveStock } from "./reserve-stock";
import { restock } from "./restock";

export default service(product, {
  migrations: [catalogue, edits, deadLetters, parkedEvents],
  actions: {
    list: listProducts,
    read: readProduct,
    create: createProduct,
    edit: editProduct,
    remove: removeProduct,
    adjustStock,
    names: productNames,
    quote: quoteProducts,
    reserve: reserveStock,
    restock,
  },
  consumes: [countCompleted, countCanceled],
  inbox: { lingerMs: 100 },
  reads: {
    table: "product",
    primaryKey: "id",
    columns: {
      id: DataTypes.STRING,
      name: DataTypes.STRING,
      description: DataTypes.STRING,
      price: DataTypes.BIGINT,
      currency: DataTypes.STRING,
      stock: DataTypes.BIGINT,
      sales_count: DataTypes.BIGINT,
      version: DataTypes.INTEGER,
      created_at: DataTypes.BIGINT,
      updated_at: DataTypes.BIGINT,
      removed_at: DataTypes.BIGINT,
    },
  },
});
