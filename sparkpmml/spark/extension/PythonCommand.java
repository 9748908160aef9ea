package io.sparkpmml;

import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.spark.SparkConf;
import org.apache.spark.api.python.PythonUtils;

/** Which Python is started, and how: as spark-submit starts the driver of a Python job. */
final class PythonCommand {

    private static final String MODULE = "sparkpmml.spark.extension.attach";

    final String executable;
    private final SparkConf conf;

    PythonCommand(SparkConf conf) {
        this.conf = conf;
        this.executable = first(
                conf.get("spark.pyspark.driver.python", null),
                conf.get("spark.pyspark.python", null),
                System.getenv("PYSPARK_DRIVER_PYTHON"),
                System.getenv("PYSPARK_PYTHON"),
                "python3");
    }

    /** Start it; it finds the JVM at this port by this secret. What it prints comes out of one stream. */
    Process start(int port, String secret) {
        ProcessBuilder builder = new ProcessBuilder(executable, "-m", MODULE).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.put("PYSPARK_GATEWAY_PORT", Integer.toString(port));
        environment.put("PYSPARK_GATEWAY_SECRET", secret);
        // A call is answered on the thread that asks: settings and the session belong to that thread.
        environment.put("PYSPARK_PIN_THREAD", "true");
        environment.put("PYTHONPATH", path(PythonUtils.sparkPythonPath(), environment.get("PYTHONPATH")));
        if (conf.contains("spark.pyspark.python")) { // of the executors; Spark, too, tells Python so by this variable
            environment.put("PYSPARK_PYTHON", conf.get("spark.pyspark.python"));
        }
        // It is no Spark Connect client, even where its parent was started by one.
        environment.keySet().removeAll(
                Arrays.asList("SPARK_REMOTE", "SPARK_LOCAL_REMOTE", "SPARK_CONNECT_MODE_ENABLED", "SPARK_API_MODE"));
        try {
            return builder.start();
        } catch (IOException error) {
            throw new PythonFailure("there is no Python to start (" + error.getMessage() + "): " + ADVICE);
        }
    }

    static final String ADVICE =
            "set spark.pyspark.driver.python, or PYSPARK_PYTHON in the server's environment, to a Python with sparkpmml";

    private static String first(String... values) {
        return Stream.of(values).filter(PythonCommand::isSet).findFirst().get();
    }

    private static String path(String... parts) {
        return Stream.of(parts).filter(PythonCommand::isSet).collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean isSet(String value) {
        return value != null && !value.isEmpty();
    }
}
