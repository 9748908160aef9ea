package io.sparkpmml.blocks;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;

import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.trees.TreeNode;

import scala.Product;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Scala's sequences, for bytes that run on Scala 2.12 and 2.13: what Spark declares as Seq is scala.collection.Seq in
 * the one, scala.collection.immutable.Seq in the other. So members that take or give one are reached without their
 * types: as a product's elements, or by reflection, which no row sees.
 */
final class Scala {

    private Scala() {}

    /** An immutable list, which is a Seq of either. */
    static <T> scala.collection.immutable.List<T> list(List<T> elements) {
        return JavaConverters.asScalaBuffer(elements).toList();
    }

    @SuppressWarnings("unchecked")
    static <T> List<T> javaList(Object sequence) {
        return JavaConverters.seqAsJavaList((Seq<T>) sequence);
    }

    @SuppressWarnings("unchecked")
    static <T> T element(Product product, int index) {
        return (T) product.productElement(index);
    }

    /** The elements of a case class, to be changed and made a copy of. */
    static Object[] elements(Product product) {
        Object[] elements = new Object[product.productArity()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = product.productElement(i);
        }
        return elements;
    }

    @SuppressWarnings("unchecked")
    static <T extends TreeNode<?>> T copy(T node, Object... elements) {
        return (T) node.makeCopy(elements);
    }

    /** A new instance of a class with one constructor. */
    static <T> T make(Class<T> type, Object... arguments) {
        try {
            return type.cast(type.getConstructors()[0].newInstance(arguments));
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }

    static <T> ClassTag<T> tag(Class<?> type) {
        return ClassTag$.MODULE$.apply(type);
    }

    /** The projection of these expressions over rows of these attributes. */
    static UnsafeProjection projection(Object expressions, Object attributes) {
        return call(UnsafeProjection.class, null, "create", expressions, attributes);
    }

    /** Call the only public method of this name with so many parameters. */
    @SuppressWarnings("unchecked")
    static <T> T call(Class<?> type, Object target, String name, Object... arguments) {
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name) && method.getParameterCount() == arguments.length && !method.isBridge()) {
                try {
                    return (T) method.invoke(target, arguments);
                } catch (InvocationTargetException error) {
                    throw new IllegalStateException(error.getCause());
                } catch (IllegalAccessException error) {
                    throw new IllegalStateException(error);
                }
            }
        }
        throw new IllegalStateException("this Spark has no " + type.getName() + "." + name);
    }
}
